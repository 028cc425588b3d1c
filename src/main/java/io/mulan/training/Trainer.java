package io.mulan.training;

import io.mulan.cluster.BatchShare;
import io.mulan.config.TrainingConfig;
import io.mulan.data.Batches;
import io.mulan.data.Dataset;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.likelihood.NotIncreasingException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The training loop: steps, evaluations, checkpoints, and a stop in between when asked for. */
public final class Trainer {
  private final TrainingConfig config;
  private final TrainingSession session;
  private final Dataset data;
  private final Checkpoints checkpoints;
  private final Collection<? extends TrainingListener> listeners;
  private final BooleanSupplier stopAsked;

  /** Steps from one comparison of all processes' weights to the next. */
  private static final int COMPARE_EVERY = 100;

  private Optional<BoundEstimate> lastEstimate = Optional.empty();
  private long lastSaved = -1;

  /**
   * @param session initialised or restored
   * @param stopAsked looked at after each step, and between the batches of an evaluation; once
   *     true, the loop saves and ends
   */
  public Trainer(
      TrainingConfig config,
      TrainingSession session,
      Dataset data,
      Checkpoints checkpoints,
      Collection<? extends TrainingListener> listeners,
      BooleanSupplier stopAsked) {
    this.config = config;
    this.session = session;
    this.data = data;
    this.checkpoints = checkpoints;
    this.listeners = List.copyOf(listeners);
    this.stopAsked = stopAsked;
  }

  /**
   * Trains up to {@code training.steps}.
   *
   * <p>An evaluation follows the checkpoint of its step, which then has its figure: one that was
   * cut off is made when the run resumes, and none is recorded twice.
   *
   * @return the bound on the test images after the last step; nothing if the loop was stopped
   *     before
   * @throws DivergedException if a term or gradient is not finite; checkpoints before it are whole
   */
  public Optional<BoundEstimate> run() {
    ImageSet train = data.train();
    BatchShare share = session.workers().share(config);
    Batches batches =
        new Batches(train, config.batch(), config.seed()).part(share.first(), share.count());
    byte[] batch = new byte[train.shape().bytes(share.count())];
    float[] given = new float[share.count() * train.conditions().size()];
    Supplier<StepHistograms> spread = () -> session.spread(batch, given);
    boolean alone = session.workers().isAlone();
    long first = session.steps();
    lastSaved = first;
    session.requireSameWeights();
    boolean cutOff = first > 0 && evaluates(first) && !isEvaluated(first);
    if (cutOff && !evaluate(first)) {
      return Optional.empty();
    }
    for (long step = first; step < config.steps(); ) {
      batches.fill(step, batch, given);
      for (TrainingListener listener : listeners) {
        listener.stepping(step, spread);
      }
      TrainingSession.Step values = session.step(batch, given, stopAsked.getAsBoolean());
      check(step + 1, values);
      step++;
      for (TrainingListener listener : listeners) {
        listener.stepped(step, values);
      }
      boolean last = step == config.steps();
      if (!last && (values.stopAsked() || (alone && stopAsked.getAsBoolean()))) {
        save(step);
        return Optional.empty();
      }
      if (evaluates(step)) {
        save(step);
        if (!evaluate(step)) {
          return Optional.empty();
        }
      } else if (due(step, config.saveEvery())) {
        save(step);
      } else if (due(step, COMPARE_EVERY)) {
        session.requireSameWeights();
      }
    }
    // Interrupted between the last evaluation and the result: it is recorded, and computed again.
    return lastEstimate.or(() -> bound(config.steps()));
  }

  private boolean evaluates(long step) {
    return step == config.steps() || due(step, config.evaluateEvery());
  }

  /** What the chief says counts. */
  private boolean isEvaluated(long step) {
    boolean mine = checkpoints.has(step) && checkpoints.bitsPerDim(step).isPresent();
    return session.workers().chiefs(mine ? 1 : 0) == 1;
  }

  private static boolean due(long step, int every) {
    return every > 0 && step % every == 0;
  }

  /**
   * Evaluates the weights that have just been saved.
   *
   * @return whether no stop was asked for; if so, it is as if the evaluation had not begun
   */
  private boolean evaluate(long step) {
    lastEstimate = bound(step);
    if (lastEstimate.isEmpty()) {
      return false;
    }
    BoundEstimate bound = lastEstimate.get();
    listeners.forEach(l -> l.evaluated(step, bound));
    if (session.workers().isChief()) {
      recorded();
      checkpoints.measured(step, bound.total().bitsPerDim());
    }
    return true;
  }

  private Optional<BoundEstimate> bound(long step) {
    ImageSet test = data.test();
    try {
      Optional<BoundEstimate> bound =
          session.evaluate(
              test,
              done -> listeners.forEach(l -> l.evaluating(step, done, test.count())),
              stopAsked);
      bound
          .map(b -> b.total().bitsPerDim())
          .filter(bits -> !Double.isFinite(bits))
          .ifPresent(
              bits -> {
                throw diverged(step, "the bound on the test images is " + bits);
              });
      return bound;
    } catch (NotIncreasingException e) {
      throw diverged(step, e.getMessage());
    }
  }

  private void save(long step) {
    session.requireSameWeights();
    if (session.workers().isChief()) {
      Path path = checkpoints.save(session, step, recorded());
      listeners.forEach(l -> l.saved(step, path));
    }
    lastSaved = step;
  }

  /** Forces to disk what a checkpoint counts on. */
  private Interval recorded() {
    return listeners.stream()
        .flatMap(l -> l.recorded().stream())
        .reduce(Interval.NONE, (none, kept) -> kept);
  }

  private void check(long step, TrainingSession.Step values) {
    for (int i = 0; i < values.terms().length; i++) {
      if (!Float.isFinite(values.terms()[i])) {
        throw diverged(step, "the " + BoundTerms.NAMES.get(i) + " term is " + values.terms()[i]);
      }
    }
    if (!(values.slowest() > 0)) {
      throw diverged(step, new NotIncreasingException(values.slowest()).getMessage());
    }
    for (int i = 0; i < values.gradientNorms().length; i++) {
      if (!Float.isFinite(values.gradientNorms()[i])) {
        throw diverged(
            step,
            "the gradient of "
                + session.weights().get(i).name()
                + " is "
                + values.gradientNorms()[i]);
      }
    }
  }

  private DivergedException diverged(long step, String what) {
    return new DivergedException(
        step,
        what,
        "the checkpoint of step "
            + lastSaved
            + " is untouched: resume from it more gently with --resume and --set"
            + " training.learning_rate="
            + config.learningRate() / 4
            + (config.clipNorm() > 0 ? "" : " --set training.clip_norm=1"));
  }
}
