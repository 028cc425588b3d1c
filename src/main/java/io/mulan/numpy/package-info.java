/**
 * Arrays in {@code npy} and {@code npz} files, read and written. Knows nothing of what the arrays
 * hold.
 */
package io.mulan.numpy;
