package io.mulan.illustration;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.config.ScheduleConfig.Kind;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.NoiseSchedule;
import io.mulan.diffusion.Times;
import io.mulan.nn.Dropout;
import io.mulan.nn.Initializer;
import io.mulan.nn.Net;
import io.mulan.nn.Weights;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import io.mulan.tf.Tensors;
import io.mulan.training.Descent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;

/**
 * A schedule of two pixels and the weight of a {@link SharedGain} network, trained together on
 * their diffusion term by this program's training step, in double precision. The expectation over
 * images and noise is in closed form; times are drawn.
 */
final class LearnedSchedule implements AutoCloseable {
  private static final ImageShape IMAGE = new ImageShape(1, 2, 1);

  /** Times of a step, each for images of both kinds. */
  private static final int TIMES = 64;

  /** What training has instead of the settings of the digits. */
  private static final List<String> SETTINGS =
      List.of(
          "schedule.width=16",
          "training.learning_rate=1e-2",
          "training.weight_decay=0",
          "training.ema=0.98");

  private final boolean adaptive;
  private final Graph graph = new Graph();
  private final GraphSession session;
  private final Descent<TFloat64> descent;
  private final Operand<TFloat64> times;
  private final Operand<TFloat64> latents;
  private final Operand<TFloat64> gamma;
  private final Operand<TFloat64> rate;
  private final Operand<TFloat64> logVariance;

  /**
   * Sets weights to their initial values.
   *
   * @param adaptive whether the latent gives it the kind of an image
   * @param min γ of both pixels at time 0
   * @param max γ of both pixels at time 1
   * @param steps that there will be
   */
  LearnedSchedule(
      Kind kind, boolean adaptive, Mixture data, double min, double max, int steps, long seed) {
    this.adaptive = adaptive;
    RunConfig config = config(kind, min, max, steps, seed);
    NoiseSchedule schedule = NoiseSchedule.of(config.schedule(), IMAGE);
    descent =
        Descent.of(
            graph,
            TFloat64.class,
            config.training(),
            (m, weights, random) -> loss(schedule, m, weights, random, data));
    Maths<TFloat64> m = new Maths<>(GraphScope.ops(graph), TFloat64.class);
    times = placeholder(m, 1);
    latents = placeholder(m, latentSize());
    NoiseSchedule.Path<TFloat64> path = path(schedule, m, descent.averaged(), latents);
    Operand<TFloat64> both = m.zeros(m.ops().constant(1), 2); // a scalar schedule has [B,1]
    gamma = m.add(path.gamma(times), both);
    rate = m.add(path.derivative(m, times), both);
    logVariance = logVariance(descent.averaged());
    session = GraphSession.open(graph);
    session.runner().addTarget(descent.initialize()).run().close();
  }

  private static RunConfig config(Kind kind, double min, double max, int steps, long seed) {
    RunConfig digits =
        ConfigReader.read(Optional.of("digits-published"), Optional.empty(), SETTINGS);
    return ConfigReader.override(
        digits,
        List.of(
            "schedule.kind=" + kind.name().toLowerCase(Locale.ROOT),
            "schedule.gamma_min=" + min,
            "schedule.gamma_max=" + max,
            "training.steps=" + steps,
            "training.seed=" + seed));
  }

  private int latentSize() {
    return adaptive ? 2 : 1;
  }

  private static Placeholder<TFloat64> placeholder(Maths<TFloat64> m, int columns) {
    return m.ops().placeholder(TFloat64.class, Placeholder.shape(Shape.of(-1, columns)));
  }

  private static NoiseSchedule.Path<TFloat64> path(
      NoiseSchedule schedule,
      Maths<TFloat64> m,
      Weights<TFloat64> weights,
      Operand<TFloat64> latents) {
    return schedule.path(new Net<>(m, weights, Dropout.none(), DiffusionModel.SCHEDULE), latents);
  }

  private static Operand<TFloat64> logVariance(Weights<TFloat64> weights) {
    return weights.get(DiffusionModel.NETWORK + "/log_variance", Shape.of(1), Initializer.ZEROS);
  }

  /** The diffusion term, a mean over kinds and over the times drawn. */
  private Operand<TFloat64> loss(
      NoiseSchedule schedule,
      Maths<TFloat64> m,
      Weights<TFloat64> weights,
      StatelessRandom<TFloat64> random,
      Mixture data) {
    Operand<TFloat64> drawn =
        m.reshape(Times.ANTITHETIC.draw(random, m.ops().constant(TIMES)), TIMES, 1);
    Operand<TFloat64> t = m.concat(0, List.of(drawn, drawn)); // [2 TIMES, 1]
    NoiseSchedule.Path<TFloat64> path = path(schedule, m, weights, rows(m, latent(0), latent(1)));
    Operand<TFloat64> variances =
        rows(m, data.kind(0).variances(), data.kind(1).variances()); // [2 TIMES, 2]
    Operand<TFloat64> g = path.gamma(t);
    Operand<TFloat64> x = m.sub(logVariance(weights), m.meanKeeping(g, 1)); // [2 TIMES, 1]
    Operand<TFloat64> w = m.sigmoid(x);
    Operand<TFloat64> rest = m.mul(m.exp(m.neg(g)), m.square(m.sigmoid(m.neg(x)))); // ν (1 - w)²
    Operand<TFloat64> errors = m.add(m.mul(rest, variances), m.square(w));
    Operand<TFloat64> rates = path.derivative(m, t);
    return m.mul(m.mean(m.sum(m.mul(rates, errors), 1), 0), 0.5);
  }

  /** The latent of a kind: which it is, or nothing. */
  private double[] latent(int kind) {
    double[] latent = new double[latentSize()];
    if (adaptive) {
      latent[kind] = 1;
    }
    return latent;
  }

  /** One row for all times of the first kind, another for the second [2 TIMES, n]. */
  private static Operand<TFloat64> rows(Maths<TFloat64> m, double[] first, double[] second) {
    int n = first.length;
    double[] all = new double[2 * TIMES * n];
    for (int i = 0; i < 2 * TIMES; i++) {
      System.arraycopy(i < TIMES ? first : second, 0, all, i * n, n);
    }
    return m.reshape(m.vector(all), 2L * TIMES, n);
  }

  /**
   * One update.
   *
   * @return the loss before it, in nats
   */
  double step() {
    try (Result result = session.runner().fetch(descent.loss()).addTarget(descent.step()).run()) {
      return Tensors.doubles((TFloat64) result.get(0))[0];
    }
  }

  /** Whether the latent gives it the kind of an image. */
  boolean adaptive() {
    return adaptive;
  }

  /** The network with the averaged weight. */
  SharedGain network() {
    try (Result result = session.runner().fetch(logVariance).run()) {
      return new SharedGain(Tensors.doubles((TFloat64) result.get(0))[0]);
    }
  }

  /** The schedule for images of a kind, with the averaged weights. */
  Curve curve(int kind) {
    return at -> {
      double[] c = latent(kind);
      double[] all = new double[at.length * c.length];
      for (int i = 0; i < at.length; i++) {
        System.arraycopy(c, 0, all, i * c.length, c.length);
      }
      try (TFloat64 t = Tensors.of(Shape.of(at.length, 1), at);
          TFloat64 l = Tensors.of(Shape.of(at.length, c.length), all);
          Result result =
              session.runner().feed(times, t).feed(latents, l).fetch(gamma).fetch(rate).run()) {
        return new Curve.Points(pairs((TFloat64) result.get(0)), pairs((TFloat64) result.get(1)));
      }
    };
  }

  private static double[][] pairs(TFloat64 tensor) {
    double[] values = Tensors.doubles(tensor);
    double[][] pairs = new double[values.length / 2][];
    Arrays.setAll(pairs, i -> new double[] {values[2 * i], values[2 * i + 1]});
    return pairs;
  }

  /** Closes session and graph, in the order that TensorFlow needs. */
  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
