package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.Tensors;
import java.util.Arrays;
import java.util.Random;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat64;

/** Against the singular value decomposition of Hipparchus. */
final class OrthogonalFactorTest {

  /** The iteration's polynomial, five times. */
  static double driven(double singular) {
    double x = singular;
    for (int i = 0; i < 5; i++) {
      x = 3.4445 * x - 4.7750 * Math.pow(x, 3) + 2.0315 * Math.pow(x, 5);
    }
    return x;
  }

  private static double[] factor(double[] kernel, long... shape) {
    try (Graph graph = new Graph()) {
      Maths<TFloat64> m = new Maths<>(GraphScope.ops(graph), TFloat64.class);
      var factor = OrthogonalFactor.of(m, m.reshape(m.vector(kernel), shape));
      assertArrayEquals(shape, factor.shape().asArray());
      try (Session session = GraphSession.plain(graph);
          Result result = session.runner().fetch(factor).run()) {
        return Tensors.doubles((TFloat64) result.get(0));
      }
    }
  }

  private static RealMatrix matrix(double[] elements, int columns) {
    RealMatrix matrix = new Array2DRowRealMatrix(elements.length / columns, columns);
    for (int i = 0; i < elements.length; i++) {
      matrix.setEntry(i / columns, i % columns, elements[i]);
    }
    return matrix;
  }

  private static void check(long... shape) {
    int columns = (int) shape[shape.length - 1];
    double[] kernel =
        new Random(1).doubles(Arrays.stream(shape).reduce(1, (a, b) -> a * b)).toArray();
    RealMatrix given = matrix(kernel, columns);
    SingularValueDecomposition svd = new SingularValueDecomposition(given);
    RealMatrix s = svd.getS().copy();
    for (int i = 0; i < s.getRowDimension(); i++) {
      s.setEntry(i, i, driven(s.getEntry(i, i) / given.getFrobeniusNorm()));
    }
    RealMatrix expected = svd.getU().multiply(s).multiply(svd.getVT());
    RealMatrix actual = matrix(factor(kernel, shape), columns);
    assertEquals(0, expected.subtract(actual).getFrobeniusNorm(), 1e-9);
  }

  @Test
  void singularValuesAreDrivenAndVectorsStay() {
    check(7, 4);
    check(4, 7);
    check(5, 5);
    check(3, 3, 2, 6);
  }

  @Test
  void singularValuesFromAHundredthOnAreNearlyOne() {
    for (double x = 0.01; x <= 1; x += 0.001) {
      assertTrue(driven(x) > 0.68 && driven(x) < 1.14, "of " + x + ": " + driven(x));
    }
  }

  @Test
  void nothingMovesWhereThereIsNoGradient() {
    assertArrayEquals(new double[6], factor(new double[6], 2, 3));
  }
}
