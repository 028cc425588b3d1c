/**
 * Learned schedules and latents in pictures. Draws what a trained model has learned; it does not
 * train.
 */
package io.mulan.study;
