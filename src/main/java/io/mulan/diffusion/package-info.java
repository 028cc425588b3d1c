/**
 * The method: image codec, latent, noise schedule, parameterisations, variational bound. Sahoo et
 * al., "Diffusion Models with Learned Adaptive Noise" (NeurIPS 2024); Kingma et al., "Variational
 * Diffusion Models" (NeurIPS 2021). Everything here builds graphs and runs none.
 */
package io.mulan.diffusion;
