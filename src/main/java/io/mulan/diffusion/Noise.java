package io.mulan.diffusion;

import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * Everything random in the bound of a batch, but for dropout.
 *
 * @param times t in [0,1] [B]
 * @param latent what the latent is made from, as {@link Latent#noise} says
 * @param reconstruction ε_0 of z_0 [B,H,W,C], standard normal
 * @param diffusion ε of z_t [B,H,W,C], standard normal
 */
public record Noise<T extends TFloating>(
    Operand<T> times, Operand<T> latent, Operand<T> reconstruction, Operand<T> diffusion) {}
