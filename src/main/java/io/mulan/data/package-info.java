/**
 * Data sets of images: training and test images, splits, augmentation and the order of batches, all
 * pure functions of configuration, seed and step, so that a run can be repeated and resumed
 * exactly. Two sets are embedded: handwritten digits (8×8×1, 17 levels) and patches of two
 * photographs (32×32×3, 256 levels). Of the others two windows of shuffled images are in memory.
 * Knows no file format.
 *
 * <p>Part of the Java API as far as {@link io.mulan.run} names its types; otherwise internal.
 */
package io.mulan.data;
