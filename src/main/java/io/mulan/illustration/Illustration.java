package io.mulan.illustration;

import io.mulan.config.ScheduleConfig.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Where the gain of learned noise comes from, in three statements about two pixels: the path does
 * not matter for a scalar schedule, nor for the exact posterior mean; it does for a limited
 * network, and then it can be learned.
 */
public final class Illustration implements AutoCloseable {
  /** γ of both pixels at time 0. */
  public static final double MIN = -10;

  /** γ of both pixels at time 1. */
  public static final double MAX = 6;

  /** Of the curves of training. */
  private static final int LOOKS = 50;

  private static final List<String> NAMES = List.of("scalar", "multivariate", "adaptive");
  private static final Curve LINE = Curve.scalar(MIN, MAX).get("linear");

  /** What the images are like. */
  public static Mixture data() {
    return new Mixture(new Gaussian(1, 1.0 / 64, 0.5), new Gaussian(1.0 / 16, 1.0 / 4, -0.5));
  }

  /**
   * A schedule in closed form.
   *
   * @param network the bound of the limited network, in nats an image
   * @param exact the bound of the exact posterior mean
   * @param gaussian the same for images of the first kind alone
   */
  public record Given(String name, Curve curve, Nats network, Nats exact, Nats gaussian) {}

  /**
   * A schedule that was trained with its network.
   *
   * @param adaptive whether the latent gives the kind of an image
   * @param curves for images of each kind
   * @param bound in nats an image, with the cost of the latent
   * @param excess the network's excess error along the curves
   * @param latentCost what of the bound pays for the latent
   * @param straight the bound of the same network on a scalar schedule, without a latent
   * @param steps when the bound was looked at
   * @param bounds what it was then
   */
  public record Learned(
      String name,
      boolean adaptive,
      List<Curve> curves,
      SharedGain network,
      Nats bound,
      Nats excess,
      Nats latentCost,
      Nats straight,
      double[] steps,
      double[] bounds) {

    /** What {@link #excess} is the integral of, in nats at each of some times. */
    double[] excess(Mixture data, double... times) {
      if (!adaptive) {
        return curves.get(0).integrand(data.coarse().excess(network), times);
      }
      double[] first = curves.get(0).integrand(data.kind(0).excess(network), times);
      double[] second = curves.get(1).integrand(data.kind(1).excess(network), times);
      return IntStream.range(0, times.length)
          .mapToDouble(i -> (first[i] + second[i]) / 2)
          .toArray();
    }
  }

  private final Mixture data = data();
  private final int steps;
  private final List<LearnedSchedule> schedules = new ArrayList<>();
  private final List<Learned> learned = new ArrayList<>();
  private List<Given> scalar = List.of();
  private List<Given> multivariate = List.of();

  /**
   * Builds what will be trained.
   *
   * @param steps of each of the three trainings
   */
  public Illustration(int steps, long seed) {
    this.steps = steps;
    schedules.add(new LearnedSchedule(Kind.FIXED, false, data, MIN, MAX, steps, seed));
    schedules.add(new LearnedSchedule(Kind.POLYNOMIAL, false, data, MIN, MAX, steps, seed));
    schedules.add(new LearnedSchedule(Kind.POLYNOMIAL, true, data, MIN, MAX, steps, seed));
  }

  /** Steps of all trainings. */
  public int steps() {
    return schedules.size() * steps;
  }

  /**
   * Trains one schedule after the other, and measures.
   *
   * @param stop whether to end early
   * @param done called with the number of steps made in all
   * @return whether all is done
   */
  public boolean learn(BooleanSupplier stop, IntConsumer done) {
    for (LearnedSchedule schedule : schedules) {
      int before = learned.size() * steps;
      if (!learn(schedule, stop, made -> done.accept(before + made))) {
        return false;
      }
    }
    scalar = given(Curve.scalar(MIN, MAX));
    multivariate = given(Curve.multivariate(MIN, MAX));
    return true;
  }

  private boolean learn(LearnedSchedule schedule, BooleanSupplier stop, IntConsumer done) {
    int every = Math.max(1, steps / LOOKS);
    List<double[]> looks = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      if (stop.getAsBoolean()) {
        return false;
      }
      if (i % every == 0) {
        looks.add(new double[] {i, bound(schedule).value()});
      }
      schedule.step();
      done.accept(i + 1);
    }
    Nats bound = bound(schedule);
    looks.add(new double[] {steps, bound.value()});
    boolean adaptive = schedule.adaptive();
    SharedGain network = schedule.network();
    learned.add(
        new Learned(
            NAMES.get(learned.size()),
            adaptive,
            List.of(schedule.curve(0), schedule.curve(1)),
            network,
            bound,
            excess(schedule),
            adaptive ? data.latentCost() : Nats.exact(0),
            data.bound(LINE, network),
            looks.stream().mapToDouble(l -> l[0]).toArray(),
            looks.stream().mapToDouble(l -> l[1]).toArray()));
    return true;
  }

  /** Of images whose kind is known, and paid for, or is not known. */
  private Nats bound(LearnedSchedule schedule) {
    SharedGain network = schedule.network();
    if (!schedule.adaptive()) {
      return data.bound(schedule.curve(0), network);
    }
    Nats sum = Nats.exact(0);
    for (int k = 0; k < 2; k++) {
      sum = sum.plus(data.kind(k).bound(schedule.curve(k), network));
    }
    return sum.times(0.5).plus(data.latentCost());
  }

  /** Beyond the posterior mean given as much. */
  private Nats excess(LearnedSchedule schedule) {
    SharedGain network = schedule.network();
    if (!schedule.adaptive()) {
      return data.excess(schedule.curve(0), network);
    }
    Nats sum = Nats.exact(0);
    for (int k = 0; k < 2; k++) {
      sum = sum.plus(data.kind(k).excess(schedule.curve(k), network));
    }
    return sum.times(0.5);
  }

  private List<Given> given(Map<String, Curve> curves) {
    SharedGain network = learned.get(0).network();
    return curves.entrySet().stream()
        .map(
            e -> {
              Curve curve = e.getValue();
              return new Given(
                  e.getKey(),
                  curve,
                  data.bound(curve, network),
                  data.exactBound(curve),
                  data.kind(0).exactBound(curve));
            })
        .toList();
  }

  /** h(f): no bound can be lower. */
  public Nats entropy() {
    return data.entropy();
  }

  /** The same of images of the first kind alone, in closed form. */
  public Nats gaussianEntropy() {
    return data.kind(0).entropy();
  }

  /** Scalar schedules of different shapes, with the network that was trained on one of them. */
  public List<Given> scalar() {
    return scalar;
  }

  /** Multivariate schedules along different paths, with the same network. */
  public List<Given> multivariate() {
    return multivariate;
  }

  /** With a scalar schedule, a multivariate one, an adaptive one. */
  public List<Learned> learned() {
    return List.copyOf(learned);
  }

  /** Closes the sessions that curves are computed in. */
  @Override
  public void close() {
    schedules.forEach(LearnedSchedule::close);
  }
}
