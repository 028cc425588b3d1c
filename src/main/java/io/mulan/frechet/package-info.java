/**
 * The Fréchet distance between sets of images: of the normal laws that have the mean and the
 * covariance of their features (Heusel et al., "GANs Trained by a Two Time-Scale Update Rule",
 * 2017). The feature network is the user's.
 *
 * <p>Internal.
 */
package io.mulan.frechet;
