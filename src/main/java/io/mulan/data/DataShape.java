package io.mulan.data;

import io.mulan.config.ImageShape;

/**
 * What is known of a data set before it is read: image shape, levels and the number of training
 * images.
 */
public record DataShape(ImageShape image, int levels, int trainCount) {}
