/**
 * Data sets as batches of uint8 images, and the NumPy files that tensors are exchanged in.
 *
 * <p>Two sets are embedded: handwritten digits (8×8×1, 17 levels) and patches of two photographs
 * (32×32×3, 256 levels). All others are files, of which a reader for each format gives images by
 * number ({@code ImageStore}); nothing but two windows of shuffled images is in memory. Splits and
 * the order of batches are pure functions of configuration, seed and step, so a run can be repeated
 * and resumed exactly. Whatever is wrong with a file or a configuration is a {@link
 * io.mulan.config.ConfigException} of one line.
 */
package io.mulan.data;
