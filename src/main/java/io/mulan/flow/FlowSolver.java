package io.mulan.flow;

import io.mulan.console.Stopped;
import io.mulan.tf.GraphSession;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.ode.ODEState;
import org.hipparchus.ode.OrdinaryDifferentialEquation;
import org.hipparchus.ode.nonstiff.DormandPrince54Integrator;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;

/**
 * Solves the probability flow of a batch as one system, by the Runge-Kutta method of order 5(4) of
 * Dormand and Prince (1980) with steps of adaptive length.
 */
public final class FlowSolver {
  private static final double SHORTEST_STEP = 1e-10;
  private static final int MOST_EVALUATIONS = 100_000;

  private final GraphSession session;
  private final FlowGraph graph;
  private final Tolerance tolerance;
  private final BooleanSupplier stopAsked;

  /**
   * @param stopAsked looked at before each evaluation
   */
  public FlowSolver(
      GraphSession session, FlowGraph graph, Tolerance tolerance, BooleanSupplier stopAsked) {
    this.session = session;
    this.graph = graph;
    this.tolerance = tolerance;
    this.stopAsked = stopAsked;
  }

  /** The same with a tolerance this many times as large. */
  public FlowSolver looser(double factor) {
    Tolerance looser = new Tolerance(tolerance.relative() * factor, tolerance.absolute() * factor);
    return new FlowSolver(session, graph, looser, stopAsked);
  }

  /**
   * Probes of the divergence.
   *
   * @param draw which one of the seed
   * @param firstRow where in it the batch begins
   * @param fresh whether each evaluation has another one, as published, instead of one for the
   *     whole path
   */
  public record Probes(long seed, long draw, long firstRow, boolean fresh) {
    long at(int evaluation) {
      return fresh ? draw * MOST_EVALUATIONS + evaluation : draw;
    }
  }

  /**
   * The end of a path.
   *
   * @param z of all images, one after the other
   * @param divergence its integral along the path for each image; empty if not asked for
   * @param evaluations of the vector field
   */
  public record End(double[] z, double[] divergence, int evaluations) {}

  /**
   * Follows the flow from one time to another.
   *
   * @param z of all images, one after the other
   * @param latent [B,m+k]
   * @throws FlowException if it cannot be followed
   * @throws Stopped if that was asked for
   */
  public End follow(double[] z, TFloat32 latent, double from, double to) {
    return solve(new Field(z.length, latent, null, null), z, from, to);
  }

  /** The same with the integral of the divergence. */
  public End followWithDivergence(
      double[] z, TFloat32 latent, double from, double to, Probes probes) {
    return solve(new Field(z.length, latent, probes, null), z, from, to);
  }

  /** The same with a probe that is given [B,H,W,C]. */
  public End followWithDivergence(
      double[] z, TFloat32 latent, double from, double to, TFloat64 probe) {
    return solve(new Field(z.length, latent, new Probes(0, 0, 0, false), probe), z, from, to);
  }

  private End solve(Field field, double[] z, double from, double to) {
    var integrator =
        new DormandPrince54Integrator(
            SHORTEST_STEP, Math.abs(to - from), tolerance.absolute(), tolerance.relative());
    integrator.setMaxEvaluations(MOST_EVALUATIONS - 1);
    try {
      double[] start = Arrays.copyOf(z, field.getDimension());
      double[] end = integrator.integrate(field, new ODEState(from, start), to).getPrimaryState();
      return new End(
          Arrays.copyOf(end, z.length),
          Arrays.copyOfRange(end, z.length, end.length),
          integrator.getEvaluations());
    } catch (MathRuntimeException e) {
      throw new FlowException(
          "the probability flow cannot be followed to rtol "
              + tolerance.relative()
              + " and atol "
              + tolerance.absolute()
              + " (networks compute in single precision): "
              + e.getMessage()
              + "; choose larger ones");
    }
  }

  /** The right-hand side: z, then the integrals of the divergence. */
  private final class Field implements OrdinaryDifferentialEquation {
    private final int size;
    private final TFloat32 latent;
    private final Probes probes;
    private final TFloat64 probe;
    private final Shape shape;
    private final int images;
    private int evaluations;

    Field(int size, TFloat32 latent, Probes probes, TFloat64 probe) {
      this.size = size;
      this.latent = latent;
      this.probes = probes;
      this.probe = probe;
      images = (int) latent.shape().get(0);
      Shape image = graph.z().shape();
      shape = Shape.of(images, image.get(1), image.get(2), image.get(3));
    }

    @Override
    public int getDimension() {
      return probes == null ? size : size + images;
    }

    @Override
    public double[] computeDerivatives(double time, double[] y) {
      if (stopAsked.getAsBoolean()) {
        throw new Stopped();
      }
      double[] derivatives = new double[getDimension()];
      try (TFloat64 z = TFloat64.tensorOf(shape);
          TFloat64 t = TFloat64.scalarOf(time)) {
        z.asRawTensor().data().asDoubles().write(y, 0, size);
        try (Result result = run(z, t)) {
          result.get(0).asRawTensor().data().asDoubles().read(derivatives, 0, size);
          if (probes != null) {
            result.get(1).asRawTensor().data().asDoubles().read(derivatives, size, images);
          }
        }
      }
      for (double value : derivatives) {
        if (!Double.isFinite(value)) {
          throw new FlowException(
              "the probability flow is not finite at t = "
                  + time
                  + "; the weights are damaged or the training diverged: evaluate another"
                  + " checkpoint with --step");
        }
      }
      return derivatives;
    }

    private Result run(TFloat64 z, TFloat64 t) {
      GraphSession.Runner runner =
          session.runner().feed(graph.z(), z).feed(graph.t(), t).feed(graph.latent(), latent);
      runner.fetch(graph.drift());
      if (probes == null) {
        return runner.run();
      }
      FlowGraph.Divergence divergence = graph.divergence().orElseThrow();
      runner.fetch(divergence.value());
      if (probe != null) {
        return runner.feed(divergence.probe(), probe).run();
      }
      try (TInt64 seed = TInt64.scalarOf(probes.seed());
          TInt64 draw = TInt64.scalarOf(probes.at(evaluations++));
          TInt64 first = TInt64.scalarOf(probes.firstRow())) {
        return runner
            .feed(divergence.seed(), seed)
            .feed(divergence.draw(), draw)
            .feed(divergence.firstRow(), first)
            .run();
      }
    }
  }

  /**
   * How exactly each step of the solver has to hold: its estimated error, as a root mean square
   * over the batch, below absolute + relative · |z|. Both above zero.
   */
  public record Tolerance(double relative, double absolute) {
    /** Where nothing else is asked for. */
    public static final Tolerance DEFAULT = new Tolerance(1e-5, 1e-5);
  }

  /** The probability flow of a model cannot be solved. */
  public static final class FlowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FlowException(String message) {
      super(message);
    }
  }
}
