package io.mulan.tf;

import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** How fast this machine is at what networks on images spend their time with. */
public final class ConvolutionSpeed {
  private static final int RUNS = 5;

  private ConvolutionSpeed() {}

  /**
   * Floating-point operations a second of a 3×3 convolution and its two gradients, in float32: the
   * best of some runs.
   *
   * @param shape of the images [B,H,W,C]
   */
  public static double measure(Shape shape) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      long channels = shape.get(-1);
      Variables variables = new Variables(graph);
      var x =
          variables.create(
              "x", TFloat32.class, shape, tf.fill(tf.constant(shape.asArray()), tf.constant(1f)));
      Shape kernelShape = Shape.of(3, 3, channels, channels);
      var kernel =
          variables.create(
              "kernel",
              TFloat32.class,
              kernelShape,
              tf.fill(tf.constant(kernelShape.asArray()), tf.constant(0.01f)));
      var y = tf.nn.conv2d(x.value(), kernel.value(), List.of(1L, 1L, 1L, 1L), "SAME");
      Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
      List<Operand<TFloat32>> gradients = Gradients.of(m, y, y, List.of(x.value(), kernel.value()));
      // Fetched, each reduced to a number: what nobody asks for is optimised away.
      List<Operand<TFloat32>> sums =
          gradients.stream().<Operand<TFloat32>>map(g -> m.sum(m.reshape(g, -1), 0)).toList();
      Operand<TFloat32> all = tf.math.addN(sums);
      session.runner().addTarget(variables.initializer("initialize")).run().close();
      double best = Double.POSITIVE_INFINITY;
      for (int i = 0; i <= RUNS; i++) {
        long start = System.nanoTime();
        session.runner().fetch(all).run().close();
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
      return GraphCost.of(graph, all.op()).flops() / best;
    }
  }
}
