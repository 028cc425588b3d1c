package io.mulan.data;

import io.mulan.config.ImageShape;

/** What is known of a data set before its images are read: their shape and levels. */
public record DataShape(ImageShape image, int levels) {}
