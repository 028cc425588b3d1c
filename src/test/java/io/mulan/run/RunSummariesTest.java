package io.mulan.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.RunConfig;
import io.mulan.tf.EventFiles;
import io.mulan.training.Checkpoints;
import io.mulan.training.SmallRun;
import io.mulan.training.StepHistograms;
import io.mulan.training.Trainer;
import io.mulan.training.TrainingListener;
import io.mulan.training.TrainingSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.Summary;

final class RunSummariesTest {
  @TempDir Path folder;

  @Tag("integration")
  @Test
  void aResumedRunHasItsGraphOnceAndHistogramsOfEveryOtherStep() throws IOException {
    train("training.steps=3");
    train("training.steps=5");
    List<Event> events = EventFiles.readAll(folder);
    List<Event> graphs = events.stream().filter(Event::hasGraphDef).toList();
    assertEquals(1, graphs.size());
    GraphDef graph = GraphDef.parseFrom(graphs.get(0).getGraphDef());
    assertTrue(
        graph.getNodeList().stream().anyMatch(n -> n.getName().startsWith("score_model/")),
        graph::toString);
    assertEquals(List.of(0L), steps(events, "_hparams_/session_start_info"));
    assertEquals(List.of(0L, 3L), steps(events, "config"));
    assertEquals(List.of(0L, 2L, 4L), steps(events, "times"));
    assertEquals(List.of(0L, 2L, 4L), steps(events, "gradients/score_model/conv_in"));
    assertEquals(List.of(0L, 2L, 4L), steps(events, "weights/gamma/dense_1"));
    assertTrue(tags(events).contains("_hparams_/session_end_info"));
  }

  @Tag("integration")
  @Test
  void withoutHistogramsNoStepIsObserved() throws IOException {
    train("training.steps=1", "training.summaries_every=0");
    Set<String> tags = tags(EventFiles.readAll(folder));
    assertTrue(tags.contains("config"), tags::toString);
    assertTrue(tags.stream().noneMatch(tag -> tag.equals("times")), tags::toString);
  }

  /** Parts of a batch see the times of the whole, and the score function sees images twice. */
  @Tag("integration")
  @ParameterizedTest
  @CsvSource({
    "latent.kind=none, training.accumulate=1, 16",
    "latent.gradient=identity, training.accumulate=2, 16",
    "latent.gradient=score_function, training.accumulate=2, 32"
  })
  void everyNumberIsCounted(String latent, String parts, int times) {
    RunConfig config = SmallRun.config(latent, parts);
    List<StepHistograms> seen = new ArrayList<>();
    try (TrainingSession session = SmallRun.session(config, false)) {
      SmallRun.train(session, folder, config, List.of(looking(seen)), () -> seen.size() == 1);
      StepHistograms spread = seen.get(0);
      assertEquals(times, spread.times().count());
      assertTrue(spread.times().least() >= 0 && spread.times().greatest() < 1, spread::toString);
      assertTrue(spread.times().greatest() - spread.times().least() > 0.9, spread::toString);
      long all = session.weights().stream().mapToLong(w -> w.shape().size()).sum();
      assertEquals(all, spread.gradients().values().stream().mapToLong(h -> h.count()).sum());
      assertEquals(all, spread.weights().values().stream().mapToLong(h -> h.count()).sum());
    }
  }

  @Test
  void histogramsDoNotChangeTraining() throws IOException {
    Path looked = folder.resolve("looked");
    Path blind = folder.resolve("blind");
    RunConfig config = SmallRun.config("training.steps=2");
    List<StepHistograms> seen = new ArrayList<>();
    try (TrainingSession session = SmallRun.session(config, false)) {
      SmallRun.train(session, looked, config, List.of(looking(seen)), () -> false);
      SmallRun.train(session, blind, config, List.of(), () -> false);
    }
    assertEquals(2, seen.size());
    assertArrayEquals(
        Files.readAllBytes(looked.resolve("2/state.data-00000-of-00001")),
        Files.readAllBytes(blind.resolve("2/state.data-00000-of-00001")));
  }

  private static TrainingListener looking(List<StepHistograms> seen) {
    return new TrainingListener() {
      @Override
      public void stepping(long done, Supplier<StepHistograms> spread) {
        seen.add(spread.get());
      }
    };
  }

  private void train(String... settings) {
    List<String> all = new ArrayList<>(List.of("latent.kind=none", "training.summaries_every=2"));
    all.addAll(List.of(settings));
    RunConfig config = SmallRun.config(all.toArray(String[]::new));
    Checkpoints checkpoints = new Checkpoints(folder.resolve("checkpoints"), 1);
    try (TrainingSession session = SmallRun.session(config, false)) {
      MetricsFile.From from =
          checkpoints
              .restoreNewest(session)
              .map(step -> new MetricsFile.From(step, checkpoints.interval(step)))
              .orElse(MetricsFile.From.START);
      if (from.step() == 0) {
        session.initialize();
      }
      try (MetricsFile metrics = new MetricsFile(folder, from, System.nanoTime(), 1, 64)) {
        var summaries = new RunSummaries(metrics.events(), session, config, from.step());
        new Trainer(
                config.training(),
                session,
                SmallRun.data(config),
                checkpoints,
                List.of(metrics, summaries),
                () -> false)
            .run();
        summaries.finished();
      }
    }
  }

  private static List<Long> steps(List<Event> events, String tag) {
    return events.stream()
        .filter(e -> e.getSummary().getValueList().stream().anyMatch(v -> v.getTag().equals(tag)))
        .map(Event::getStep)
        .toList();
  }

  private static Set<String> tags(List<Event> events) {
    Set<String> tags = new TreeSet<>();
    events.forEach(
        e -> e.getSummary().getValueList().stream().map(Summary.Value::getTag).forEach(tags::add));
    return tags;
  }
}
