/**
 * An example small enough to be understood to the end: two pixels, Gaussians in closed form, and
 * schedules that are trained by this program. It shows where the gain of learned noise comes from.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.illustration;
