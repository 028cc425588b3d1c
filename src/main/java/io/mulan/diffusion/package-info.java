/**
 * The method: image codec, latent, noise schedule, parameterisations, variational bound. Sahoo et
 * al., "Diffusion Models with Learned Adaptive Noise" (NeurIPS 2024); Kingma et al., "Variational
 * Diffusion Models" (NeurIPS 2021). Everything here builds graphs and runs none.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.diffusion;
