package io.mulan.diffusion;

import org.tensorflow.ndarray.Shape;

/**
 * What the noise of a latent is, for those who draw it themselves.
 *
 * @param law in words, such as {@code standard normal}; all numbers are independent
 * @param shape for a batch, in which -1 is any number
 */
public record NoiseLaw(String law, Shape shape) {}
