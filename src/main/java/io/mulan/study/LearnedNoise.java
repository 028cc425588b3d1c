package io.mulan.study;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.sampling.ScheduleGraph;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Tensors;
import java.util.List;
import java.util.function.IntConsumer;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The schedule of a trained model over the most likely latents of some images: statistics over
 * these images for each time and pixel, n of them to an image, row by row, channels innermost.
 *
 * @param times t
 * @param gamma mean of γ [times][n]
 * @param deviation standard deviation of γ over images [times][n]
 * @param rate mean of dγ/dt [times][n]
 * @param sigma2 mean of σ² = sigmoid(γ) [times][n]
 * @param ofImages mean of γ over the pixels of each image [times][images]
 * @param ofGroups mean of σ² over the images of each group, for each of the groupings asked for
 */
public record LearnedNoise(
    ImageShape shape,
    double[] times,
    double[][] gamma,
    double[][] deviation,
    double[][] rate,
    double[][] sigma2,
    double[][] ofImages,
    List<OfGroups> ofGroups) {

  /**
   * The mean σ² of groups of images.
   *
   * @param sigma2 [groups][times][n]
   */
  public record OfGroups(ImageGroups groups, double[][][] sigma2) {}

  /**
   * Computes it.
   *
   * @param latents the most likely one of each image, with the conditions next to it [m+k]
   * @param batch images in one run
   * @param done called after each time with the number done
   */
  static LearnedNoise of(
      GraphSession session,
      ScheduleGraph graph,
      ImageSet images,
      List<float[]> latents,
      double[] times,
      List<ImageGroups> groupings,
      int batch,
      IntConsumer done) {
    LearnedNoise noise = zeros(images, times, groupings);
    for (int k = 0; k < times.length; k++) {
      for (int first = 0; first < latents.size(); first += batch) {
        List<float[]> rows = latents.subList(first, Math.min(first + batch, latents.size()));
        try (TFloat32 latent = tensor(rows);
            TFloat64 time = TFloat64.scalarOf(times[k]);
            Result result =
                session
                    .runner()
                    .feed(graph.encoding().latent(), latent)
                    .feed(graph.time(), time)
                    .fetch(graph.gamma())
                    .fetch(graph.rate())
                    .run()) {
          noise.add(
              k,
              first,
              Tensors.doubles((TFloat64) result.get(0)),
              Tensors.doubles((TFloat64) result.get(1)));
        }
      }
      noise.finish(k);
      done.accept(k + 1);
    }
    return noise;
  }

  private static LearnedNoise zeros(ImageSet images, double[] times, List<ImageGroups> groupings) {
    int n = images.shape().size();
    return new LearnedNoise(
        images.shape(),
        times,
        new double[times.length][n],
        new double[times.length][n],
        new double[times.length][n],
        new double[times.length][n],
        new double[times.length][images.count()],
        groupings.stream()
            .map(g -> new OfGroups(g, new double[g.count()][times.length][n]))
            .toList());
  }

  private static TFloat32 tensor(List<float[]> rows) {
    int width = rows.get(0).length;
    float[] all = new float[rows.size() * width];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, all, i * width, width);
    }
    return Tensors.of(Shape.of(rows.size(), width), all);
  }

  /** Adds what images from {@code first} on have at time {@code k}; squares until all are there. */
  private void add(int k, int first, double[] gammas, double[] rates) {
    int n = shape.size();
    int count = ofImages[k].length;
    for (int row = 0; row < gammas.length; row++) {
      int j = row % n;
      int image = first + row / n;
      double variance = 1 / (1 + Math.exp(-gammas[row]));
      gamma[k][j] += gammas[row] / count;
      deviation[k][j] += gammas[row] * gammas[row] / count;
      rate[k][j] += rates[row] / count;
      sigma2[k][j] += variance / count;
      ofImages[k][image] += gammas[row] / n;
      for (OfGroups each : ofGroups) {
        int group = each.groups().of()[image];
        each.sigma2()[group][k][j] += variance;
      }
    }
  }

  /** Makes means of the sums over groups, and deviations of the mean squares. */
  private void finish(int k) {
    for (int j = 0; j < shape.size(); j++) {
      double square = gamma[k][j] * gamma[k][j];
      deviation[k][j] = Math.sqrt(Math.max(0, deviation[k][j] - square));
    }
    for (OfGroups each : ofGroups) {
      for (int g = 0; g < each.groups().count(); g++) {
        for (int j = 0; j < shape.size(); j++) {
          each.sigma2()[g][k][j] /= each.groups().size(g);
        }
      }
    }
  }
}
