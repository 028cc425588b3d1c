package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.RunConfig;
import io.mulan.likelihood.BoundEstimate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("repeatable")
final class TrainerTest {
  @TempDir Path folder;

  @Test
  void stoppedHalfWayAndResumedTheWeightsAreTheSameToTheBit() throws IOException {
    Path straight = folder.resolve("straight");
    BoundEstimate bound = SmallRun.train(straight, SmallRun.config("training.steps=6")).get();

    Path halves = folder.resolve("halves");
    SmallRun.train(halves, SmallRun.config("training.steps=3"));
    BoundEstimate resumed = SmallRun.train(halves, SmallRun.config("training.steps=6")).get();

    assertArrayEquals(state(straight, 6), state(halves, 6));
    assertEquals(bound, resumed);
  }

  @Test
  void aStopThatIsAskedForSavesTheStepAndGoesOnFromThere() throws IOException {
    RunConfig config = SmallRun.config("training.steps=6");
    Path straight = folder.resolve("straight");
    SmallRun.train(straight, config);

    Path stopped = folder.resolve("stopped");
    List<Long> steps = new ArrayList<>();
    TrainingListener counting = new Counting(steps);
    Optional<BoundEstimate> first =
        SmallRun.train(stopped, config, List.of(counting), () -> steps.size() == 2);
    assertTrue(first.isEmpty());
    assertEquals(List.of(2L), new Checkpoints(stopped, 1).steps());
    SmallRun.train(stopped, config, List.of(counting), () -> false);
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), steps);
    assertArrayEquals(state(straight, 6), state(stopped, 6));
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
  void anEvaluationThatFailsLosesNoStep() throws IOException {
    RunConfig config = SmallRun.config("training.steps=4", "training.evaluate_every=2");
    TrainingListener failing =
        new TrainingListener() {
          @Override
          public void evaluating(long step, int imagesDone, int images) {
            throw new OutOfMemoryError("in an evaluation");
          }
        };
    assertThrows(
        OutOfMemoryError.class,
        () -> SmallRun.train(folder, config, List.of(failing), () -> false));
    Checkpoints checkpoints = new Checkpoints(folder, 2);
    assertEquals(List.of(2L), checkpoints.steps());
    assertTrue(checkpoints.bitsPerDim(2).isEmpty());

    Evaluations listening = new Evaluations();
    BoundEstimate bound = SmallRun.train(folder, config, List.of(listening), () -> false).get();
    assertEquals(List.of(2L, 4L), listening.evaluated);
    assertEquals(bound.total().bitsPerDim(), checkpoints.bitsPerDim(4).getAsDouble());
  }

  @Test
  void aStopIsLookedAtBetweenTheBatchesOfAnEvaluation() throws IOException {
    RunConfig config = SmallRun.config("training.steps=4", "training.evaluate_every=2");
    Evaluations stopped = new Evaluations();
    assertTrue(
        SmallRun.train(folder, config, List.of(stopped), () -> stopped.batches == 3).isEmpty());
    assertEquals(3, stopped.batches);
    assertEquals(List.of(), stopped.evaluated);
    assertEquals(List.of(2L), new Checkpoints(folder, 2).steps());

    Evaluations resumed = new Evaluations();
    BoundEstimate bound = SmallRun.train(folder, config, List.of(resumed), () -> false).get();
    assertEquals(List.of(2L, 4L), resumed.evaluated);
    Path straight = folder.resolve("straight");
    assertEquals(SmallRun.train(straight, config).get(), bound);
    assertArrayEquals(state(straight, 4), state(folder, 4));
  }

  @Test
  void anEvaluationIsRecordedOnce() {
    RunConfig config = SmallRun.config("training.steps=2");
    BoundEstimate first = SmallRun.train(folder, config).get();
    Evaluations again = new Evaluations();
    assertEquals(first, SmallRun.train(folder, config, List.of(again), () -> false).get());
    assertEquals(List.of(), again.evaluated);
  }

  @Test
  void anotherSeedIsAnotherRun() throws IOException {
    SmallRun.train(folder.resolve("a"), SmallRun.config("training.steps=1"));
    SmallRun.train(folder.resolve("b"), SmallRun.config("training.steps=1", "training.seed=1"));
    assertFalse(Arrays.equals(state(folder.resolve("a"), 1), state(folder.resolve("b"), 1)));
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
    try (TrainingSession session = SmallRun.session(config, false)) {
      assertTrue(checkpoints.restoreNewest(session).isPresent());
    }
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
        "schedule.kind=monotone",
        "schedule.kind=linear",
        "schedule.kind=polynomial_scalar",
        "schedule.kind=multivariate_linear latent.kind=none",
        "schedule.kind=fixed",
        "schedule.kind=scalar latent.kind=none loss.prediction=epsilon",
        "schedule.kind=monotone_scalar latent.kind=none network.kind=per_pixel",
        "latent.kind=gumbel loss.times=importance",
        "latent.kind=gaussian latent.encoder=unet",
        "latent.law=published loss.timesteps=10",
        "loss.prediction=x network.conditioned=false"
      })
  void everyPartIsTrainedAndMeasuredInBatchesOfAnySize(String settings) {
    List<String> all = new ArrayList<>(List.of(settings.split(" ")));
    all.add("training.steps=2");
    BoundEstimate bound = SmallRun.train(folder, SmallRun.config(all.toArray(String[]::new))).get();
    assertEquals(297, bound.images());
    assertTrue(Double.isFinite(bound.total().bitsPerDim()), bound::toString);
    assertEquals(settings.contains("latent.kind=none"), bound.latent() == null);
  }

  @Test
  void theBoundFallsInTraining() {
    double before =
        SmallRun.train(folder.resolve("a"), SmallRun.config("training.steps=1"))
            .get()
            .total()
            .bitsPerDim();
    double after =
        SmallRun.train(
                folder.resolve("b"),
                SmallRun.config(
                    "training.steps=60", "training.learning_rate=3e-3", "training.ema=0.9"))
            .get()
            .total()
            .bitsPerDim();
    // A preconditioned network starts at the bound of independent normal pixels.
    assertTrue(after < 0.8 * before, before + " then " + after);
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
