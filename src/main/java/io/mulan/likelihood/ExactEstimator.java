package io.mulan.likelihood;

import io.mulan.data.ImageSet;
import io.mulan.flow.FlowSolver;
import io.mulan.tf.GraphSession;
import io.mulan.tf.ImageBatch;
import io.mulan.tf.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;

/**
 * The log-likelihood by the probability flow (Song et al. 2021, section 4.3 and appendix D.2):
 *
 * <p>log p(z_0|c) = log N(z_1; 0, 1) + ∫ div dz/dt dt along the path from z_0 to z_1, exact for a c
 * but for the solver's tolerance and the unbiased estimate of the divergence. Over c and over the
 * dequantisation it is a bound: with one sample log p(x) ≥ E[log p(z_0|c) - log q(z_0|x)] -
 * KL(q(c|x) ‖ p(c)), with K samples that of Burda et al. (2016), the logarithm of the mean of their
 * weights p(z_0|c) p(c) / q(z_0|x) q(c|x).
 */
public record ExactEstimator(
    GraphSession session, ExactGraph graph, FlowSolver solver, Options options, ImageSet images)
    implements Measurement {
  /** The parts that the figure of an image is the sum of, in nats. */
  public static final List<String> TERMS =
      List.of("flow", "dequantisation", "latent", "importance");

  public static final String EVALUATIONS = "evaluations";

  /**
   * How it is computed.
   *
   * @param batch images whose paths are one system
   * @param samples K, of latent and dequantisation noise for each image
   * @param seed from 0 to 2^31 - 1
   * @param freshProbes a probe of its own for each evaluation, as published
   * @param chargeKl the latent costs its KL whatever was drawn, as published
   */
  public record Options(int batch, int samples, long seed, boolean freshProbes, boolean chargeKl) {}

  @Override
  public List<String> terms() {
    return TERMS;
  }

  /** Of the vector field, for all samples of the batch that an image is in. */
  @Override
  public List<String> extras() {
    return List.of(EVALUATIONS);
  }

  @Override
  public int chunk() {
    return options.batch();
  }

  @Override
  public double[][] measure(int first, int count, IntConsumer done) {
    double[][] terms = new double[TERMS.size() + 1][count];
    double[][] logWeights = new double[count][options.samples()];
    int evaluations = 0;
    boolean one = options.samples() == 1;
    try (ImageBatch fed = Draws.each(first, count).of(images)) {
      for (int k = 0; k < options.samples(); k++) {
        try (Result start = start(fed, first, k)) {
          FlowSolver.End end = follow(solver, start, first, k);
          evaluations += end.evaluations();
          double[] flow = logDensities(end, count);
          double[] dequantisation = Tensors.doubles((TFloat64) start.get(one ? 5 : 4));
          double[] latent = latentCost(start, one);
          for (int i = 0; i < count; i++) {
            logWeights[i][k] = flow[i] - dequantisation[i] - latent[i];
            terms[0][i] -= flow[i] / options.samples();
            terms[1][i] += dequantisation[i] / options.samples();
            terms[2][i] += latent[i] / options.samples();
          }
        }
        done.accept(count * (k + 1) / options.samples());
      }
    }
    Arrays.fill(terms[TERMS.size()], evaluations);
    for (int i = 0; i < count; i++) {
      // What the logarithm of the mean has over the mean of the logarithms.
      terms[3][i] = -logMeanExp(logWeights[i]) - (terms[0][i] + terms[1][i] + terms[2][i]);
    }
    return terms;
  }

  /**
   * What ten times the tolerances change, by which the solver's own error can be judged, in nats.
   *
   * @param mean of the log-likelihoods
   * @param image root mean square over images
   */
  public record SolverError(double mean, double image) {}

  /** Solves the first sample of these images twice. */
  public SolverError solverError(int first, int count) {
    FlowSolver loose = solver.looser(10);
    try (ImageBatch fed = Draws.each(first, count).of(images);
        Result start = start(fed, first, 0)) {
      double[] tight = logDensities(follow(solver, start, first, 0), count);
      double[] other = logDensities(follow(loose, start, first, 0), count);
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < count; i++) {
        sum += other[i] - tight[i];
        squares += (other[i] - tight[i]) * (other[i] - tight[i]);
      }
      return new SolverError(sum / count, Math.sqrt(squares / count));
    }
  }

  private Result start(ImageBatch fed, int first, int sample) {
    DequantisedStart start = graph.start();
    try (TInt64 seed = TInt64.scalarOf(options.seed());
        TInt64 draw = TInt64.scalarOf(sample);
        TInt64 row = TInt64.scalarOf(first)) {
      GraphSession.Runner runner =
          fed.feed(session.runner(), start.images(), start.conditions())
              .feed(start.seed(), seed)
              .feed(start.draw(), draw)
              .feed(start.firstRow(), row);
      start.outputs().forEach(runner::fetch);
      return runner.run();
    }
  }

  private FlowSolver.End follow(FlowSolver by, Result start, int first, int sample) {
    // One probe for all samples of an image: its noise is common to their weights, where noise of
    // their own would make the mean of the weights too large.
    int draw = options.freshProbes() ? sample : 0;
    FlowSolver.Probes probes =
        new FlowSolver.Probes(options.seed(), draw, first, options.freshProbes());
    return by.followWithDivergence(
        Tensors.doubles((TFloat64) start.get(1)), (TFloat32) start.get(0), 0, 1, probes);
  }

  /** log p(z_0|c) for each image. */
  static double[] logDensities(FlowSolver.End end, int count) {
    int n = end.z().length / count;
    double[] densities = end.divergence().clone();
    for (int i = 0; i < count; i++) {
      double squares = 0;
      for (int k = i * n; k < (i + 1) * n; k++) {
        squares += end.z()[k] * end.z()[k];
      }
      densities[i] -= 0.5 * (squares + n * Math.log(2 * Math.PI));
    }
    return densities;
  }

  private double[] latentCost(Result start, boolean one) {
    if (one || options.chargeKl()) {
      TFloat32 kl = (TFloat32) start.get(2);
      double[] cost = new double[(int) kl.size()];
      for (int i = 0; i < cost.length; i++) {
        cost[i] = kl.getFloat(i);
      }
      return cost;
    }
    double[] cost = Tensors.doubles((TFloat64) start.get(3));
    for (int i = 0; i < cost.length; i++) {
      cost[i] = -cost[i];
    }
    return cost;
  }

  static double logMeanExp(double[] logs) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      largest = Math.max(largest, log);
    }
    double sum = 0;
    for (double log : logs) {
      sum += Math.exp(log - largest);
    }
    return largest + Math.log(sum / logs.length);
  }
}
