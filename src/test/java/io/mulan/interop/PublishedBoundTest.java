package io.mulan.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Noise;
import io.mulan.nn.Dropout;
import io.mulan.nn.Weights;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.Tensors;
import io.mulan.training.RunState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** An imported model gives what the published code gave, on the same images and draws. */
final class PublishedBoundTest {
  /** Bits/dim. */
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @EnumSource
  void theBoundIsThePublishedOne(Fixture fixture) {
    try (RunState state = fixture.state();
        Npz npz = Npz.open(fixture.file(".npz"));
        Graph graph = new Graph()) {
      FlaxCheckpoint.read(fixture.file(".flax"), state);
      Maths<TFloat32> m = new Maths<>(GraphScope.ops(graph), TFloat32.class);
      DiffusionModel model = new DiffusionModel(fixture.config(), fixture.image());
      Operand<TUint8> images = images(m.ops(), npz.array("images"));
      BoundTerms<TFloat32> bound =
          model.bound(m, averaged(m, state), Dropout.none(), images, noise(m, npz));
      double bits = 1 / (fixture.image().size() * Math.log(2));
      compare(graph, bound.reconstruction(), npz.array("loss_recon"), bits);
      compare(graph, m.add(bound.prior(), bound.latent()), npz.array("loss_klz"), bits);
      compare(graph, bound.diffusion(), npz.array("loss_diff"), bits);
    }
  }

  private static void compare(
      Graph graph, Operand<TFloat32> ours, NpyArray published, double bits) {
    try (Session session = GraphSession.plain(graph);
        Result result = session.runner().fetch(ours).run()) {
      float[] values = Tensors.floats((TFloat32) result.get(0));
      float[] expected = published.toFloats();
      assertEquals(expected.length, values.length);
      for (int i = 0; i < values.length; i++) {
        assertEquals(expected[i] * bits, values[i] * bits, TOLERANCE);
      }
    }
  }

  /** The draws, in the roles that the published code gave them. */
  private static Noise<TFloat32> noise(Maths<TFloat32> m, Npz npz) {
    double start = npz.array("uniform_0").toDoubles()[0];
    int batch = npz.array("images").shape()[0];
    double[] times = new double[batch];
    Arrays.setAll(times, i -> (start + (double) i / batch) % 1);
    Operand<TFloat32> latent =
        npz.contains("gamma_0") ? constant(m, npz.array("gamma_0")) : m.constant(0);
    return new Noise<>(
        m.vector(times),
        latent,
        m.constant(0),
        constant(m, npz.array("normal_0")),
        constant(m, npz.array("normal_1")));
  }

  private static Weights<TFloat32> averaged(Maths<TFloat32> m, RunState state) {
    return (name, shape, initializer) -> {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try {
        state.write(RunState.AVERAGE + name, bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      var floats =
          ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      float[] values = new float[floats.remaining()];
      floats.get(values);
      return constant(m, values, shape.asArray());
    };
  }

  private static Operand<TFloat32> constant(Maths<TFloat32> m, NpyArray array) {
    return constant(m, array.toFloats(), Arrays.stream(array.shape()).asLongStream().toArray());
  }

  private static Operand<TFloat32> constant(Maths<TFloat32> m, float[] values, long... shape) {
    return m.ops().constant(Shape.of(shape), DataBuffers.of(values));
  }

  private static Operand<TUint8> images(Ops tf, NpyArray images) {
    long[] shape = Arrays.stream(images.shape()).asLongStream().toArray();
    return tf.constant(TUint8.class, Shape.of(shape), DataBuffers.of(images.toBytes()));
  }
}
