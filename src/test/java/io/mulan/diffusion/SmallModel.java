package io.mulan.diffusion;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.nn.Weights;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * A model small enough to prove things about, with weights that are far from where training would
 * start: weight + h · direction, for a number h that is fed.
 */
public final class SmallModel<T extends TFloating> implements AutoCloseable {
  static final ImageShape IMAGE = new ImageShape(3, 2, 2);
  static final int BATCH = 3;

  private final Graph graph = new Graph();
  private final Session session;
  private final Map<String, Operand<T>> weights = new HashMap<>();
  private final RunConfig config;
  final Maths<T> m;
  final DiffusionModel model;
  final Placeholder<T> h;
  final Placeholder<T> times;
  final Operand<TUint8> images;

  /**
   * @param settings over those of the small model
   */
  SmallModel(Class<T> type, String... settings) {
    config = config(settings);
    m = new Maths<>(GraphScope.ops(graph), type);
    session = GraphSession.plain(graph);
    model = new DiffusionModel(config, IMAGE);
    h = m.ops().placeholder(type, Placeholder.shape(Shape.scalar()));
    times = m.ops().placeholder(type, Placeholder.shape(Shape.of(BATCH)));
    byte[] levels = new byte[BATCH * IMAGE.size()];
    Random random = new Random(5);
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) random.nextInt(config.data().levels());
    }
    try (TUint8 tensor = TUint8.tensorOf(Shape.of(shape()), DataBuffers.of(levels, true, false))) {
      images = m.ops().constantOf(tensor);
    }
  }

  /** [B,H,W,C]. */
  static long[] shape() {
    return new long[] {BATCH, IMAGE.height(), IMAGE.width(), IMAGE.channels()};
  }

  /** Its configuration, with these settings over it. */
  public static RunConfig config(String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "data.levels=5",
                "schedule.gamma_min=-5",
                "schedule.gamma_max=3",
                "schedule.width=4",
                "latent.size=5",
                "latent.k=2",
                "network.channels=8",
                "network.layers=1",
                "network.groups=2",
                "network.fourier=[0, 1]"));
    all.addAll(List.of(settings));
    return ConfigReader.read(Optional.of("digits-published"), Optional.empty(), all);
  }

  /** Weights of normal draws, whose direction is zero under {@code fixed}. */
  Weights<T> weights(String fixed) {
    return (name, shape, initializer) ->
        weights.computeIfAbsent(name, n -> weight(n, shape, n.startsWith(fixed)));
  }

  private Operand<T> weight(String name, Shape shape, boolean fixed) {
    Random random = new Random(StatelessRandom.hash(name));
    double scale =
        name.endsWith("/kernel") ? 1.5 / Math.sqrt((double) shape.size() / shape.get(-1)) : 0.3;
    double centre =
        switch (name) {
          case "gamma/w", "gamma/l1/kernel" -> 8;
          case "gamma/b", "gamma/l1/bias" -> -5;
          default -> name.endsWith("/scale") ? 1 : 0;
        };
    double[] values = random.doubles(shape.size(), -1, 1).map(x -> centre + scale * x).toArray();
    Operand<T> value = m.reshape(m.vector(values), shape.asArray());
    if (fixed) {
      return value;
    }
    double[] direction = random.doubles(shape.size(), -1, 1).map(x -> scale * x).toArray();
    return m.add(value, m.mul(m.reshape(m.vector(direction), shape.asArray()), h));
  }

  /** Noise of one seed, at the times that are fed. */
  Noise<T> noise() {
    var tf = m.ops();
    StatelessRandom<T> random = new StatelessRandom<>(m, tf.constant(3L), tf.constant(11L));
    return model.noise(random, tf.constant(BATCH), times, m.constant(20_000));
  }

  /** The values of tensors at one h, at these times. */
  List<double[]> run(double at, double[] when, List<? extends Operand<T>> what) {
    try (Tensor step = tensor(Shape.scalar(), at);
        Tensor t = tensor(Shape.of(BATCH), when)) {
      Session.Runner runner = session.runner().feed(h, step).feed(times, t);
      what.forEach(runner::fetch);
      try (Result result = runner.run()) {
        List<double[]> values = new ArrayList<>();
        for (int i = 0; i < what.size(); i++) {
          values.add(values(result, i));
        }
        return values;
      }
    }
  }

  private Tensor tensor(Shape shape, double... values) {
    if (m.type() == TFloat64.class) {
      return TFloat64.tensorOf(shape, DataBuffers.of(values, true, true));
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return TFloat32.tensorOf(shape, DataBuffers.of(floats, true, true));
  }

  private static double[] values(Result result, int index) {
    if (result.get(index) instanceof TFloat64 t) {
      double[] values = new double[(int) t.size()];
      t.asRawTensor().data().asDoubles().read(values);
      return values;
    }
    TFloat32 t = (TFloat32) result.get(index);
    float[] floats = new float[(int) t.size()];
    t.asRawTensor().data().asFloats().read(floats);
    double[] values = new double[floats.length];
    Arrays.setAll(values, i -> floats[i]);
    return values;
  }

  RunConfig config() {
    return config;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
