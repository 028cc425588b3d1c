package io.mulan.data;

/**
 * Images to learn from and images to test on, which have the same shape and levels; {@code licence}
 * is one line that names the source and its terms.
 */
public record Dataset(String name, ImageSet train, ImageSet test, String licence) {}
