/**
 * What a trained model has learned, in pictures: schedules by time, pixel and image, latents, the
 * loss along t. Does not train.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.study;
