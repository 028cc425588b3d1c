package io.mulan.run;

import io.mulan.config.RunConfig;
import io.mulan.tf.EventWriter;
import io.mulan.training.Metrics;
import io.mulan.training.StepHistograms;
import io.mulan.training.TrainingListener;
import io.mulan.training.TrainingSession;
import java.util.List;
import java.util.function.Supplier;

/**
 * Shows in TensorBoard what a run is, at its start: configuration, graph, and hyper-parameters to
 * compare it with others by; and how its gradients, weights and times are spread.
 */
final class RunSummaries implements TrainingListener {
  private final EventWriter events;
  private final RunConfig config;

  /**
   * Writes what is known at the start; graph and hyper-parameters only where none are there, or the
   * run begins.
   *
   * @param step that the run resumes from
   */
  RunSummaries(EventWriter events, TrainingSession session, RunConfig config, long step) {
    this.events = events;
    this.config = config;
    events.text(step, "config", "```yaml\n" + config.toYaml() + "```\n");
    if (events.first() || step == 0) {
      events.graph(session.shownGraph());
      events.hyperParameters(config.settings(), List.of(Metrics.TEST_BOUND));
    }
    events.flush();
  }

  @Override
  public void stepping(long done, Supplier<StepHistograms> spread) {
    int every = config.training().summariesEvery();
    if (every == 0 || done % every != 0) {
      return;
    }
    StepHistograms s = spread.get();
    events.histogram(done, "times", s.times());
    s.gradients().forEach((block, h) -> events.histogram(done, "gradients/" + block, h));
    s.weights().forEach((block, h) -> events.histogram(done, "weights/" + block, h));
    events.flush();
  }

  /** The run has made all its steps. */
  void finished() {
    ended(true);
  }

  /** The run has diverged: it does not continue by itself. */
  void diverged() {
    ended(false);
  }

  private void ended(boolean well) {
    events.ended(well);
    events.flush();
  }
}
