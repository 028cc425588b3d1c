package io.mulan.frechet;

import io.mulan.tf.GraphSession;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.Tensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Sums of features and of their products, in double precision: the memory of d² numbers for any
 * number of images.
 */
final class FeatureSums implements AutoCloseable {
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
  FeatureSums(int d) {
    this.d = d;
    Ops tf = Ops.create(graph);
    Maths<TFloat64> m = new Maths<>(tf, TFloat64.class).unnamed();
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
