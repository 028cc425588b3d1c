/**
 * What a trained model has learned, in pictures: schedules by time, pixel and image, latents, the
 * loss along t. Does not train.
 */
package io.mulan.study;
