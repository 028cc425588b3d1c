package io.mulan.data;

import io.mulan.config.ImageShape;

/**
 * What a reader found.
 *
 * @param test the official test images; null if the files have no such split
 */
record FoundImages(ImageShape shape, ImageStore train, ImageStore test) {}
