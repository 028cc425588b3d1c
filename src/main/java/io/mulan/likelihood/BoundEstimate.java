package io.mulan.likelihood;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mulan.diffusion.BoundTerms;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The variational bound on -log p(x), measured on a set of images; means over images in bits/dim,
 * each with its standard error over images.
 *
 * @param timesPerImage stratified draws of t, latent and noise for each image
 * @param terms by the names of {@link BoundTerms}
 * @param total the sum of the terms
 * @param latent what the latent says about the images; null if there is none
 */
public record BoundEstimate(
    int images,
    int timesPerImage,
    Map<String, Estimate> terms,
    Estimate total,
    @JsonInclude(JsonInclude.Include.NON_NULL) LatentUse latent) {

  /**
   * Statistics of per-image terms.
   *
   * @param nats [terms][images], means over the draws of an image
   * @param dimensions n of an image
   */
  static BoundEstimate of(double[][] nats, int dimensions, int timesPerImage, LatentUse latent) {
    int images = nats[0].length;
    Map<String, Estimate> terms = new LinkedHashMap<>();
    double[] totals = new double[images];
    for (int k = 0; k < nats.length; k++) {
      terms.put(BoundTerms.NAMES.get(k), Estimate.of(nats[k], dimensions));
      for (int i = 0; i < images; i++) {
        totals[i] += nats[k][i];
      }
    }
    return new BoundEstimate(images, timesPerImage, terms, Estimate.of(totals, dimensions), latent);
  }
}
