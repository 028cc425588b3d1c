package io.mulan.likelihood;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.types.TFloat32;

/**
 * What the latent says about the images.
 *
 * @param kl KL(q(c|x) ‖ p(c)), mean over images, nats
 * @param mutualInformation I(x;c) under q, with the images themselves as the law of x: the mean of
 *     log q(c|x) - log (mean of q(c|x') over all images x') for a draw of c for each; nats, at most
 *     the logarithm of the number of images. Its cost grows with the square of their number: of
 *     more than {@link #MOST_IMAGES} it is that of so many
 * @param inUse components of c whose expectation depends on the image: its variance over images is
 *     more than a hundredth of that under the prior
 * @param size m
 * @param images how many mutual information and components in use were measured on; null if it is
 *     not known
 */
public record LatentUse(double kl, double mutualInformation, int inUse, int size, Integer images) {
  /** If there are more images, mutual information and use are of so many, spread evenly. */
  public static final int MOST_IMAGES = 4096;

  /** Of a component in use. */
  public static final double SMALLEST_SHARE = 0.01;

  private static final double LITTLE_NATS = 0.05;

  /** Whether c is as good as independent of the image: no component of it is in use, either. */
  public boolean collapsed() {
    return dependsLittle() && inUse == 0;
  }

  /** Whether c has hardly any information about the image. */
  public boolean dependsLittle() {
    return mutualInformation < LITTLE_NATS;
  }

  /**
   * How much of the variance of each component under the prior its expectation has over images;
   * from {@link #SMALLEST_SHARE} on it is in use.
   *
   * @param means E[c|x] of each image [m]
   * @param priorVariance of each component, above zero
   */
  public static double[] shares(List<float[]> means, double priorVariance) {
    double[] shares = new double[means.get(0).length];
    for (int k = 0; k < shares.length; k++) {
      double sum = 0;
      double squares = 0;
      for (float[] mean : means) {
        sum += mean[k];
        squares += (double) mean[k] * mean[k];
      }
      double average = sum / means.size();
      shares[k] = (squares / means.size() - average * average) / priorVariance;
    }
    return shares;
  }

  /** How many components are in use, by these shares. */
  public static int inUse(double[] shares) {
    return (int) Arrays.stream(shares).filter(share -> share > SMALLEST_SHARE).count();
  }

  /** Gathers batches. */
  public static final class Collector {
    private final double priorVariance;
    private final List<float[]> means = new ArrayList<>();
    private final List<float[]> naturals = new ArrayList<>();
    private final List<Float> logPartitions = new ArrayList<>();
    private final List<float[]> statistics = new ArrayList<>();

    /**
     * @param priorVariance of each component of c; zero if there is no latent
     */
    Collector(double priorVariance) {
      this.priorVariance = priorVariance;
    }

    /** Adds images, whose latents are as {@link BoundGraph.LatentGraph#all} has them. */
    void add(Result latents, int count) {
      TFloat32 logPartition = (TFloat32) latents.get(2);
      for (int i = 0; i < count; i++) {
        add(
            row(latents.get(0), i),
            row(latents.get(1), i),
            logPartition.getFloat(i),
            row(latents.get(3), i));
      }
    }

    private static float[] row(Tensor matrix, int index) {
      int width = (int) matrix.shape().get(1);
      float[] row = new float[width];
      matrix.asRawTensor().data().asFloats().offset((long) index * width).read(row);
      return row;
    }

    /** Adds an image. */
    void add(float[] mean, float[] natural, float logPartition, float[] drawn) {
      means.add(mean);
      naturals.add(natural);
      logPartitions.add(logPartition);
      statistics.add(drawn);
    }

    /**
     * What they say about the images; null if there is no latent, or one image only.
     *
     * @param kl mean, nats
     */
    LatentUse use(double kl) {
      if (priorVariance == 0 || means.size() < 2) {
        return null;
      }
      int used = LatentUse.inUse(shares(means, priorVariance));
      return new LatentUse(kl, mutualInformation(), used, means.get(0).length, means.size());
    }

    private double mutualInformation() {
      int n = means.size();
      double sum = 0;
      double[] logs = new double[n];
      for (int i = 0; i < n; i++) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
          logs[j] = dot(naturals.get(j), statistics.get(i)) - logPartitions.get(j);
          largest = Math.max(largest, logs[j]);
        }
        double total = 0;
        for (double log : logs) {
          total += Math.exp(log - largest);
        }
        sum += logs[i] - largest - Math.log(total / n);
      }
      return sum / n;
    }

    private static double dot(float[] a, float[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += (double) a[i] * b[i];
      }
      return sum;
    }
  }
}
