/**
 * Arrays in {@code npy} and {@code npz} files, read and written. Knows nothing of what the arrays
 * hold.
 *
 * <p>Part of the Java API as far as {@link io.mulan.run} names its types; otherwise internal.
 */
package io.mulan.numpy;
