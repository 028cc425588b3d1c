/**
 * An example small enough to be understood to the end: two pixels, Gaussians in closed form, and
 * schedules that are trained by this program. It shows where the gain of learned noise comes from.
 */
package io.mulan.illustration;
