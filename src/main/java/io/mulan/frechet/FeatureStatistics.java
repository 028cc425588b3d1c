package io.mulan.frechet;

import io.mulan.files.ConfigException;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The mean and the covariance of the features of images.
 *
 * @param mean [d]
 * @param covariance [d,d], one row after the other
 */
public record FeatureStatistics(double[] mean, double[] covariance) {
  private static final String MEAN = "mu";
  private static final String COVARIANCE = "sigma";

  /** Whether a file holds them, and not images. */
  public static boolean isThere(Path file) {
    if (!file.toString().endsWith(".npz")) {
      return false;
    }
    try (Npz npz = Npz.open(file)) {
      return npz.contains(MEAN) && npz.contains(COVARIANCE);
    }
  }

  /**
   * Reads {@code mu} [d] and {@code sigma} [d,d] of an npz archive.
   *
   * @throws ConfigException naming the file, if they are not such arrays
   */
  public static FeatureStatistics read(Path file) {
    try (Npz npz = Npz.open(file)) {
      NpyArray mean = npz.array(MEAN);
      NpyArray covariance = npz.array(COVARIANCE);
      int d = mean.count();
      if (d == 0
          || !Arrays.equals(mean.shape(), new int[] {d})
          || !Arrays.equals(covariance.shape(), new int[] {d, d})) {
        throw new ConfigException(
            "%s: mu has shape %s and sigma %s; they must be [d] and [d, d]"
                .formatted(
                    file, Arrays.toString(mean.shape()), Arrays.toString(covariance.shape())));
      }
      return new FeatureStatistics(mean.toDoubles(), covariance.toDoubles());
    }
  }

  /**
   * Writes what {@link #read} reads.
   *
   * @throws ConfigException naming the file, if it cannot be written
   */
  public void write(Path file) {
    int d = dimensions();
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put(MEAN, NpyArray.of(mean, d));
    arrays.put(COVARIANCE, NpyArray.of(covariance, d, d));
    Npz.write(file, arrays);
  }

  /** How many features there are: d. */
  public int dimensions() {
    return mean.length;
  }

  /**
   * The squared Fréchet distance |μ_1 - μ_2|² + tr(Σ_1 + Σ_2 - 2 (√Σ_1 Σ_2 √Σ_1)^½).
   *
   * @param other of as many features
   */
  public double distance(FeatureStatistics other) {
    double distance = 0;
    for (int i = 0; i < mean.length; i++) {
      double apart = mean[i] - other.mean[i];
      distance += apart * apart;
    }
    RealMatrix one = matrix();
    RealMatrix two = other.matrix();
    RealMatrix root = root(one);
    RealMatrix product = symmetric(root.multiply(two).multiply(root));
    double overlap =
        Arrays.stream(roots(new EigenDecompositionSymmetric(product).getEigenvalues())).sum();
    return distance + one.getTrace() + two.getTrace() - 2 * overlap;
  }

  private static RealMatrix root(RealMatrix matrix) {
    EigenDecompositionSymmetric parts = new EigenDecompositionSymmetric(matrix);
    RealMatrix roots = MatrixUtils.createRealDiagonalMatrix(roots(parts.getEigenvalues()));
    return parts.getV().multiply(roots).multiply(parts.getVT());
  }

  /** Of a singular matrix, rounding makes some negative. */
  private static double[] roots(double[] eigenvalues) {
    return Arrays.stream(eigenvalues).map(value -> Math.sqrt(Math.max(0, value))).toArray();
  }

  private RealMatrix matrix() {
    int d = dimensions();
    double[][] rows = new double[d][];
    for (int i = 0; i < d; i++) {
      rows[i] = Arrays.copyOfRange(covariance, i * d, (i + 1) * d);
    }
    return symmetric(MatrixUtils.createRealMatrix(rows));
  }

  /** Without the rounding that makes it differ from its transpose. */
  private static RealMatrix symmetric(RealMatrix matrix) {
    return matrix.add(matrix.transpose()).scalarMultiply(0.5);
  }

  /**
   * Sums of features and of their products, in double precision: the memory of d² numbers for any
   * number of images.
   */
  static final class Sums implements AutoCloseable {
    private final int d;
    private final Graph graph = new Graph();
    private final GraphSession session;
    private final Operand<TFloat32> features;
    private final Operand<TFloat64> sum;
    private final Operand<TFloat64> products;
    private final double[] sums;
    private final double[] squares;
    private long count;

    /**
     * @param d how many features an image has
     */
    Sums(int d) {
      this.d = d;
      Ops tf = GraphScope.ops(graph);
      Maths<TFloat64> m = new Maths<>(tf, TFloat64.class);
      features = Inputs.of(tf, "features", TFloat32.class, -1, d);
      Operand<TFloat64> x = m.cast(features);
      sum = m.sum(x, 0);
      products = tf.linalg.matMul(x, x, MatMul.transposeA(true));
      session = GraphSession.open(graph);
      sums = new double[d];
      squares = new double[Math.multiplyExact(d, d)];
    }

    /** Adds the features of some images, one image after the other. */
    void add(float[] batch) {
      int rows = batch.length / d;
      try (TFloat32 x = Tensors.of(Shape.of(rows, d), batch);
          Result result = session.runner().feed(features, x).fetch(sum).fetch(products).run()) {
        add(sums, (TFloat64) result.get(0));
        add(squares, (TFloat64) result.get(1));
      }
      count += rows;
    }

    private static void add(double[] all, TFloat64 some) {
      double[] more = Tensors.doubles(some);
      for (int i = 0; i < all.length; i++) {
        all[i] += more[i];
      }
    }

    /** Of all images, two or more; the covariance is the unbiased one. */
    FeatureStatistics statistics() {
      double[] mean = new double[d];
      for (int i = 0; i < d; i++) {
        mean[i] = sums[i] / count;
      }
      double[] covariance = new double[squares.length];
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
          covariance[i * d + j] = (squares[i * d + j] - sums[i] * mean[j]) / (count - 1);
        }
      }
      return new FeatureStatistics(mean, covariance);
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }
}
