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
 * @param latent what the latent tells of the images; null if there is none
 */
public record BoundEstimate(
    int images,
    int timesPerImage,
    Map<String, Figure> terms,
    Figure total,
    @JsonInclude(JsonInclude.Include.NON_NULL) LatentUse latent) {

  /** A mean in bits/dim, and its standard error. */
  public record Figure(double bitsPerDim, double standardError) {}

  /**
   * Statistics of per-image terms.
   *
   * @param nats [terms][images], means over the draws of an image
   * @param latents all that were drawn
   * @param dimensions n of an image
   */
  static BoundEstimate of(
      double[][] nats, int dimensions, int timesPerImage, LatentUse.Collector latents) {
    int images = nats[0].length;
    double toBits = 1 / (dimensions * Math.log(2));
    Map<String, Figure> terms = new LinkedHashMap<>();
    double[] totals = new double[images];
    for (int k = 0; k < nats.length; k++) {
      terms.put(BoundTerms.NAMES.get(k), figure(nats[k], toBits));
      for (int i = 0; i < images; i++) {
        totals[i] += nats[k][i];
      }
    }
    double kl = terms.get("latent").bitsPerDim() / toBits;
    return new BoundEstimate(images, timesPerImage, terms, figure(totals, toBits), latents.use(kl));
  }

  private static Figure figure(double[] values, double unit) {
    double mean = 0;
    for (double v : values) {
      mean += v / values.length;
    }
    double squares = 0;
    for (double v : values) {
      squares += (v - mean) * (v - mean);
    }
    double error = Math.sqrt(squares / Math.max(1, values.length - 1) / values.length);
    return new Figure(mean * unit, error * unit);
  }
}
