package io.mulan.training;

import io.mulan.config.TrainingConfig;
import io.mulan.config.TrainingConfig.Decay;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ModelParts;
import io.mulan.nn.Weights;
import io.mulan.tf.Maths;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/**
 * One update of all weights by their gradients: AdamW (Loshchilov, Hutter 2019), or Muon (Jordan et
 * al. 2024) for the kernels of the score network and AdamW for the rest. With decoupled decay of
 * everything but biases, warm-up, optional clipping and decay of the learning rate, and the moving
 * average of the weights.
 *
 * <p>As published, the scales of group normalisation are decayed too, and the update after n others
 * has the rate base · min(n / warm-up, 1), so that the very first changes nothing.
 */
final class Optimizer<T extends TFloating> {
  /** Weights of the schedule for as many inputs still have the whole rate. */
  private static final double FULL_RATE_INPUTS = 8;

  /** Weights of the schedule for as many outputs still have the whole rate. */
  private static final double FULL_RATE_OUTPUTS = 256;

  private final Maths<T> m;
  private final Ops tf;
  private final TrainingConfig c;

  Optimizer(Maths<T> m, TrainingConfig c) {
    this.m = m;
    this.tf = m.ops();
    this.c = c;
  }

  /** A weight with the moments of its gradient and its moving average. */
  record Slot<T extends TFloating>(
      Variable<T> weight, Variable<T> first, Variable<T> second, Variable<T> average) {

    static <T extends TFloating> Slot<T> create(
        Maths<T> m, Variables variables, Variable<T> weight) {
      Operand<T> zeros = m.ops().fill(m.ops().constant(weight.shape().asArray()), m.constant(0));
      return new Slot<>(
          weight,
          variables.create(RunState.FIRST_MOMENT + weight.name(), m.type(), weight.shape(), zeros),
          variables.create(RunState.SECOND_MOMENT + weight.name(), m.type(), weight.shape(), zeros),
          variables.create(
              RunState.AVERAGE + weight.name(), m.type(), weight.shape(), weight.initialValue()));
    }

    /** The factor of the learning rate for the part of the model that the weight is in. */
    double rate(TrainingConfig c) {
      if (weight.name().startsWith(DiffusionModel.ENCODER + "/")) {
        return c.encoderRate();
      }
      if (!weight.name().startsWith(DiffusionModel.SCHEDULE + "/")) {
        return 1;
      }
      return c.scheduleRateByWidth() ? c.scheduleRate() * calm(weight.shape()) : c.scheduleRate();
    }

    /**
     * The factor with which the noise in the gradient moves each pixel's γ equally far in schedules
     * of all widths: a unit moves with the number of its inputs, and the more pixels there are, the
     * less of the gradient of each is signal.
     */
    private static double calm(Shape shape) {
      double calm = Math.min(1, FULL_RATE_OUTPUTS / shape.get(-1));
      return shape.numDimensions() == 2
          ? calm * Math.min(1, FULL_RATE_INPUTS / shape.get(0))
          : calm;
    }

    /** The part of the model that the weight is in. */
    String part() {
      return ModelParts.of(weight.name());
    }

    boolean decayed() {
      return !weight.name().endsWith("/bias");
    }
  }

  /** How a weight moves along its gradient. */
  interface Rule<T extends TFloating> {

    /**
     * Moves a weight, and what is kept of its gradients.
     *
     * @param after makes operations that run once the weight may change
     * @param rate of this weight (scalar)
     */
    Op move(Ops after, Slot<T> slot, Operand<T> rate, Operand<T> gradient);
  }

  /** The averages of the weights, by the names of the weights. */
  static <T extends TFloating> Weights<T> averaged(List<Slot<T>> slots) {
    Map<String, Operand<T>> averages = new TreeMap<>();
    slots.forEach(s -> averages.put(s.weight().name(), s.average().value()));
    return (name, shape, initializer) -> averages.get(name);
  }

  /**
   * The L2 norms of gradients.
   *
   * @return [number of gradients]
   */
  Operand<T> norms(List<Operand<T>> gradients) {
    List<Operand<T>> squares = new ArrayList<>();
    gradients.forEach(g -> squares.add(tf.nn.l2Loss(g)));
    return m.sqrt(m.mul(tf.stack(squares), 2));
  }

  /**
   * One update of all weights and averages, and of the counter.
   *
   * @param steps counter of the updates made
   * @param norms as {@link #norms} makes them
   */
  List<Op> step(
      Variable<TInt64> steps, List<Slot<T>> slots, List<Operand<T>> gradients, Operand<T> norms) {
    List<Op> updates = update(steps.value(), slots, gradients, norms);
    // The rate depends on the counter, so it moves last.
    Ops afterAll = tf.withControlDependencies(updates);
    updates.add(afterAll.assignAddVariableOp(steps.handle(), afterAll.constant(1L)));
    return updates;
  }

  /**
   * One update of all weights and averages.
   *
   * @param done updates made before this one (scalar)
   * @param norms as {@link #norms} makes them
   */
  List<Op> update(
      Operand<TInt64> done, List<Slot<T>> slots, List<Operand<T>> gradients, Operand<T> norms) {
    Operand<T> n = m.cast(done);
    Operand<T> rate = learningRate(n);
    Rule<T> adamW = new AdamW<>(m, c, n);
    Rule<T> muon = new Muon<>(m);
    List<Operand<T>> clips = clipFactors(slots, norms);

    Map<Double, Operand<T>> rates = new HashMap<>(Map.of(1.0, rate));
    Map<Double, Operand<T>> decays = new HashMap<>();
    List<Op> updates = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      Slot<T> s = slots.get(i);
      Operand<T> own = rates.computeIfAbsent(s.rate(c), factor -> m.mul(rate, factor));
      Operand<T> gradient = gradients.get(i);
      if (c.clipNorm() > 0) {
        gradient = m.mul(gradient, clips.get(i));
      }
      Ops afterDecay = tf;
      if (s.decayed() && c.weightDecay() > 0) {
        // Waits for the gradient: the weight must not change before it has been used.
        Op decay =
            tf.withControlDependencies(gradient)
                .train
                .resourceApplyGradientDescent(
                    s.weight().handle(),
                    decays.computeIfAbsent(s.rate(c), f -> m.mul(own, c.weightDecay())),
                    s.weight().value());
        afterDecay = tf.withControlDependencies(decay);
      }
      boolean byMuon = c.optimizer() == TrainingConfig.Optimizer.MUON && Muon.moves(s.weight());
      Op moved = (byMuon ? muon : adamW).move(afterDecay, s, own, gradient);
      updates.add(moved);
      Operand<T> updated =
          tf.withControlDependencies(moved).readVariableOp(s.weight().handle(), m.type());
      updates.add(
          tf.train.resourceApplyGradientDescent(
              s.average().handle(), m.constant(1 - c.ema()), m.sub(s.average().value(), updated)));
    }
    return updates;
  }

  /** base · min(n / warm-up, 1, decay), where the decay is over the steps after the warm-up. */
  private Operand<T> learningRate(Operand<T> n) {
    Operand<T> factor = m.constant(1);
    if (c.warmupSteps() > 0) {
      factor = tf.math.minimum(m.mul(n, 1.0 / c.warmupSteps()), factor);
    }
    if (c.learningRateDecay() != Decay.NONE) {
      Operand<T> past =
          m.mul(m.add(n, -c.warmupSteps()), 1.0 / Math.max(1, c.steps() - c.warmupSteps()));
      factor = tf.math.minimum(factor, decay(past));
    }
    return m.mul(factor, c.learningRate());
  }

  /**
   * The factor of the learning rate.
   *
   * @param past the part of the steps after the warm-up that is done; negative in the warm-up
   */
  private Operand<T> decay(Operand<T> past) {
    if (c.learningRateDecay() == Decay.LINEAR) {
      return m.sub(m.constant(1), past);
    }
    Operand<T> turn = m.mul(tf.math.maximum(past, m.constant(0)), Math.PI);
    return m.mul(m.add(tf.math.cos(turn), 1), 0.5);
  }

  /**
   * What brings the norm of the gradients down to the limit, for each weight: at most one. Where it
   * is the norm of all together, the schedule's gradient, which is large and noisy, decides how far
   * the network's counts.
   */
  private List<Operand<T>> clipFactors(List<Slot<T>> slots, Operand<T> norms) {
    Operand<T> squares = m.square(norms);
    if (!c.clipByPart()) {
      return Collections.nCopies(slots.size(), clipFactor(squares));
    }
    Map<String, Operand<T>> factors = new TreeMap<>();
    for (String part : slots.stream().map(Slot::part).distinct().toList()) {
      double[] inside = slots.stream().mapToDouble(s -> s.part().equals(part) ? 1 : 0).toArray();
      factors.put(part, clipFactor(m.mul(squares, m.vector(inside))));
    }
    return slots.stream().map(s -> factors.get(s.part())).toList();
  }

  private Operand<T> clipFactor(Operand<T> squares) {
    Operand<T> norm = m.sqrt(m.sum(squares, 0));
    Operand<T> limit = m.constant(c.clipNorm());
    return m.div(limit, tf.math.maximum(norm, limit));
  }
}
