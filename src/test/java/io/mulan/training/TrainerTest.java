package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.likelihood.BoundEstimate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("repeatable")
final class TrainerTest {
  private static final RunConfig CONFIG =
      SmallRun.config("training.steps=4", "training.evaluate_every=2", "training.optimizer=muon");

  @TempDir static Path all;
  @TempDir Path folder;

  private static TrainingSession session;
  private static Path straight;
  private static BoundEstimate bound;

  @BeforeAll
  static void trainWithoutAStop() {
    session = SmallRun.session(CONFIG, false);
    straight = all.resolve("straight");
    bound = train(straight).orElseThrow();
  }

  @AfterAll
  static void close() {
    session.close();
  }

  private static Optional<BoundEstimate> train(Path folder, TrainingListener... listeners) {
    return train(folder, () -> false, listeners);
  }

  private static Optional<BoundEstimate> train(
      Path folder, BooleanSupplier stop, TrainingListener... listeners) {
    return SmallRun.train(session, folder, CONFIG, List.of(listeners), stop);
  }

  @Test
  void aStoppedAndResumedRunHasTheSameWeightsToTheBit() throws IOException {
    SmallRun.train(folder, SmallRun.config("training.steps=2"));
    assertEquals(bound, train(folder).orElseThrow());
    assertArrayEquals(state(straight, 4), state(folder, 4));
  }

  @Test
  void aStopSavesTheStepFromWhichTheRunResumes() throws IOException {
    List<Long> steps = new ArrayList<>();
    TrainingListener counting = new Counting(steps);
    assertTrue(train(folder, () -> steps.size() == 3, counting).isEmpty());
    assertEquals(List.of(2L, 3L), new Checkpoints(folder, 2).steps());
    assertEquals(bound, train(folder, counting).orElseThrow());
    assertEquals(List.of(1L, 2L, 3L, 4L), steps);
    assertArrayEquals(state(straight, 4), state(folder, 4));
  }

  /** Listens to evaluations, of three steps of training. */
  private static final class Evaluations implements TrainingListener {
    private final List<Long> evaluated = new ArrayList<>();
    private int batches;

    @Override
    public void evaluating(long step, int imagesDone, int images) {
      batches++;
    }

    @Override
    public void evaluated(long step, BoundEstimate bound) {
      evaluated.add(step);
    }
  }

  @Test
  void anEvaluationThatFailsLosesNoStep() {
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void evaluating(long step, int imagesDone, int images) {
            throw new OutOfMemoryError("in an evaluation");
          }
        };
    assertThrows(OutOfMemoryError.class, () -> train(folder, failing));
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    assertEquals(List.of(2L), checkpoints.steps());
    assertTrue(checkpoints.bitsPerDim(2).isEmpty());

    Evaluations listening = new Evaluations();
    assertEquals(bound, train(folder, listening).orElseThrow());
    assertEquals(List.of(2L, 4L), listening.evaluated);
    assertEquals(bound.total().bitsPerDim(), checkpoints.bitsPerDim(4).getAsDouble());
  }

  @Test
  void anEvaluationStopsBetweenBatches() throws IOException {
    Evaluations stopped = new Evaluations();
    assertTrue(train(folder, () -> stopped.batches == 3, stopped).isEmpty());
    assertEquals(3, stopped.batches);
    assertEquals(List.of(), stopped.evaluated);
    assertEquals(List.of(2L), new Checkpoints(folder, 2).steps());

    Evaluations resumed = new Evaluations();
    assertEquals(bound, train(folder, resumed).orElseThrow());
    assertEquals(List.of(2L, 4L), resumed.evaluated);
    assertArrayEquals(state(straight, 4), state(folder, 4));
  }

  @Test
  void anEvaluationIsRecordedOnce() {
    Evaluations again = new Evaluations();
    assertEquals(bound, train(straight, again).orElseThrow());
    assertEquals(List.of(), again.evaluated);
  }

  @Tag("integration")
  @Test
  void anotherSeedIsAnotherRun() throws IOException {
    SmallRun.train(folder, SmallRun.config("training.steps=2", "training.seed=1"));
    assertFalse(Arrays.equals(state(straight, 2), state(folder, 2)));
  }

  @Test
  void aRunThatDivergesNamesStepTermAndWayOnAndKeepsItsCheckpoints() {
    // A rate that throws the weights out of range after the checkpoint of step 1.
    RunConfig config =
        SmallRun.config(
            "training.steps=50",
            "training.save_every=1",
            "training.warmup_steps=1",
            "training.clip_norm=0",
            "training.learning_rate=1e30");
    DivergedException e =
        assertThrows(DivergedException.class, () -> SmallRun.train(folder, config));
    assertTrue(
        e.getMessage().matches("training diverged at step \\d+: the .* is .*"), e::getMessage);
    assertTrue(e.getMessage().contains("--resume"), e::getMessage);
    assertEquals(1, e.getMessage().lines().count());
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    assertFalse(checkpoints.steps().isEmpty());
    assertTrue(checkpoints.restoreNewest(session).isPresent());
  }

  /** A line from 0 to 1e-300 is flat in single precision. */
  @Test
  void aScheduleThatDoesNotIncreaseStopsTheRun() {
    RunConfig config =
        SmallRun.config(
            "schedule.kind=fixed",
            "latent.kind=none",
            "schedule.gamma_min=0",
            "schedule.gamma_max=1e-300");
    DivergedException e =
        assertThrows(DivergedException.class, () -> SmallRun.train(folder, config));
    assertTrue(
        e.getMessage().startsWith("training diverged at step 1: the schedule does not increase"),
        e::getMessage);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schedule.kind=monotone_scalar latent.kind=none network.kind=per_pixel",
        "latent.kind=gaussian latent.encoder=unet",
        "latent.law=published loss.timesteps=10"
      })
  void aModelIsTrainedAndMeasuredInBatchesOfAnySize(String settings) {
    List<String> all = new ArrayList<>(List.of(settings.split(" ")));
    all.add("training.steps=2");
    BoundEstimate bound = SmallRun.train(folder, SmallRun.config(all.toArray(String[]::new))).get();
    assertEquals(297, bound.images());
    assertTrue(Double.isFinite(bound.total().bitsPerDim()), bound::toString);
    assertEquals(settings.contains("latent.kind=none"), bound.latent() == null);
    if (bound.latent() != null) {
      assertEquals(297, bound.latent().images());
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "schedule.kind=monotone",
        "schedule.kind=linear",
        "schedule.kind=polynomial_scalar",
        "schedule.kind=multivariate_linear latent.kind=none",
        "schedule.kind=fixed",
        "schedule.kind=scalar latent.kind=none loss.prediction=epsilon",
        "latent.kind=gumbel loss.times=importance",
        "loss.prediction=x network.conditioned=false"
      })
  void modelsOfAllOtherPartsAreTrainedAndMeasuredInBatchesOfAnySize(String settings) {
    aModelIsTrainedAndMeasuredInBatchesOfAnySize(settings);
  }

  @Test
  void theBoundFallsInTraining() {
    RunConfig config =
        SmallRun.config("training.steps=60", "training.learning_rate=3e-3", "training.ema=0.9");
    RunConfig first = ConfigReader.override(config, List.of("training.steps=1"));
    try (TrainingSession falling = SmallRun.session(config, false)) {
      double before = bits(SmallRun.train(falling, folder, first, List.of(), () -> false));
      double after = bits(SmallRun.train(falling, folder, config, List.of(), () -> false));
      // A preconditioned network starts at the bound of independent normal pixels.
      assertTrue(after < 0.8 * before, before + " then " + after);
    }
  }

  private static double bits(Optional<BoundEstimate> bound) {
    return bound.orElseThrow().total().bitsPerDim();
  }

  private static byte[] state(Path folder, long step) throws IOException {
    return Files.readAllBytes(folder.resolve(step + "/state.data-00000-of-00001"));
  }

  private record Counting(List<Long> steps) implements TrainingListener {
    @Override
    public void stepped(long step, TrainingSession.Step values) {
      steps.add(step);
    }
  }
}
