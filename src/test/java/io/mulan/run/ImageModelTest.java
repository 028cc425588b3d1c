package io.mulan.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.cluster.Workers;
import io.mulan.config.RunConfig;
import io.mulan.console.Terminal;
import io.mulan.data.ImageSet;
import io.mulan.files.ConfigException;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.tf.CheckpointException;
import io.mulan.training.SmallRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class ImageModelTest {
  private static final RunConfig CONFIG = SmallRun.config("training.steps=2");
  private static final LikelihoodMethod BOUND = new LikelihoodMethod.Bound(2, 0, 0);

  @TempDir static Path folder;

  private static Path trained;

  @BeforeAll
  static void train() {
    trained = folder.resolve("run");
    Training.run(trained, CONFIG, new RunListener() {});
  }

  /** What a listener hears, which stops the run after some steps. */
  private static final class Heard implements RunListener {
    private final List<Long> steps = new ArrayList<>();
    private final List<Double> losses = new ArrayList<>();
    private final List<Long> evaluations = new ArrayList<>();
    private final List<RunResult> results = new ArrayList<>();
    private final int most;

    Heard(int most) {
      this.most = most;
    }

    @Override
    public void stepped(long step, double bitsPerDim) {
      steps.add(step);
      losses.add(bitsPerDim);
    }

    @Override
    public void evaluated(long step, BoundEstimate bound) {
      evaluations.add(step);
    }

    @Override
    public void finished(RunResult result) {
      results.add(result);
    }

    @Override
    public boolean stopAsked() {
      return steps.size() >= most;
    }
  }

  @Tag("integration")
  @Test
  void aRunThatItsListenerStopsIsResumedByTheSameCall() {
    Path run = folder.resolve("stopped");
    Heard first = new Heard(1);
    assertEquals(Optional.empty(), Training.run(run, CONFIG, first));
    assertEquals(List.of(1L), first.steps);
    assertEquals(List.of(), first.results);
    Heard second = new Heard(Integer.MAX_VALUE);
    RunResult result = Training.run(run, CONFIG, second).orElseThrow();
    assertEquals(List.of(2L), second.steps);
    assertEquals(List.of(2L), second.evaluations);
    assertEquals(List.of(result), second.results);
    assertTrue(second.losses.get(0) > 0 && Double.isFinite(second.losses.get(0)));
    assertEquals(RunFolder.result(trained).orElseThrow().bound(), result.bound());
  }

  @Test
  void scoresAreThoseOfAnEvaluation() {
    try (ImageModel model = ImageModel.open(trained)) {
      ImageSet images = model.testImages().first(5);
      ImageModel.Scores scores = model.score(images, BOUND);
      EvaluationReport report =
          new Evaluation(
                  TrainedRun.newest(trained),
                  new ChosenImages("test", "five", Map.of(), images, 5),
                  BOUND)
              .measure(Workers.alone(), Terminal.none())
              .orElseThrow();
      assertEquals(report.total(), scores.total());
      assertEquals(report.terms(), scores.terms());
      assertEquals(report.how(), scores.how());
      assertEquals(
          scores.total().bitsPerDim(),
          Arrays.stream(scores.bitsPerDim()).average().orElseThrow(),
          1e-12);
      assertArrayEquals(scores.bitsPerDim(), model.score(images, BOUND).bitsPerDim());
    }
  }

  @Test
  void samplesDependOnTheSeedAlone() {
    try (ImageModel model = ImageModel.open(TrainedRun.best(trained))) {
      byte[] three = model.sample(3, 2, 7).toArray().data();
      byte[] two = model.sample(2, 2, 7).toArray().data();
      assertArrayEquals(two, Arrays.copyOf(three, two.length));
      assertTrue(!Arrays.equals(two, model.sample(2, 2, 8).toArray().data()));
    }
  }

  @Test
  void imagesComeBackFromNoise() {
    try (ImageModel model = ImageModel.open(TrainedRun.at(trained, 2))) {
      ImageSet images = model.testImages().first(2);
      assertArrayEquals(images.toArray().data(), model.reconstruct(images).toArray().data());
    }
  }

  @Test
  void anExportedModelIsOpenedAsARun() {
    try (ImageModel model = ImageModel.open(Path.of("savedmodels/digits/1"))) {
      assertEquals(1600, model.step());
      assertEquals("8×8×1", model.shape().toString());
      byte[] levels = model.testImages().first(2).toArray().data();
      double[] bits = model.score(model.images(levels), BOUND).bitsPerDim();
      assertTrue(Arrays.stream(bits).allMatch(b -> b > 0.5 && b < 4), Arrays.toString(bits));
    }
  }

  @Test
  void noisySignalsAreDenoised() {
    try (ImageModel model = ImageModel.open(Path.of("savedmodels/digits/1"))) {
      ImageSet images = model.testImages().first(3);
      byte[] levels = images.toArray().data();
      double[] f = IntStream.range(0, levels.length).mapToDouble(i -> signal(levels[i])).toArray();
      float[] latents = model.latents(images);
      assertEquals(3 * 16, latents.length);
      double[] gamma = model.denoise(f, 0.5, latents).gamma();
      Random random = new Random(1);
      double[] z =
          IntStream.range(0, f.length)
              .mapToDouble(i -> alpha(gamma[i]) * f[i] + sigma(gamma[i]) * random.nextGaussian())
              .toArray();
      ImageModel.Denoised denoised = model.denoise(z, 0.5, latents);
      double before = 0;
      double after = 0;
      for (int i = 0; i < f.length; i++) {
        double both =
            alpha(gamma[i]) * denoised.signal()[i] + sigma(gamma[i]) * denoised.noise()[i];
        assertEquals(z[i], both, 1e-5);
        before += Math.pow(z[i] / alpha(gamma[i]) - f[i], 2);
        after += Math.pow(denoised.signal()[i] - f[i], 2);
      }
      assertTrue(after < 0.5 * before, after + " after, " + before + " before");
      assertMessage(ConfigException.class, "t is 2.0", () -> model.denoise(z, 2, latents));
      assertMessage(
          ConfigException.class, "latents 0; each signal", () -> model.denoise(z, 0, new float[0]));
    }
  }

  private static double signal(byte level) {
    return (2.0 * level + 1) / 17 - 1;
  }

  private static double alpha(double gamma) {
    return Math.sqrt(1 / (1 + Math.exp(gamma)));
  }

  private static double sigma(double gamma) {
    return alpha(-gamma);
  }

  @Test
  void failuresSayInOneLineWhatIsWrong() throws Exception {
    assertMessage(
        ConfigException.class, "is not there", () -> ImageModel.open(folder.resolve("x")));
    assertMessage(
        ConfigException.class,
        "holds a finished run",
        () -> Training.run(trained, CONFIG, new RunListener() {}));
    Path empty = folder.resolve("empty");
    Files.createDirectories(empty);
    Files.copy(trained.resolve("config.yaml"), empty.resolve("config.yaml"));
    assertMessage(CheckpointException.class, "has no checkpoint", () -> ImageModel.open(empty));
    try (ImageModel model = ImageModel.open(trained)) {
      ImageSet other = new ImageSet("other", model.shape(), 16, new byte[64]);
      assertMessage(ConfigException.class, "8×8×1 with 16 levels", () -> model.score(other));
      assertMessage(ConfigException.class, "whole number", () -> model.images(new byte[63]));
      assertMessage(ConfigException.class, "count is 0", () -> model.sample(0, 2, 0));
      assertMessage(ConfigException.class, "steps is 0", () -> model.sample(1, 0, 0));
      assertMessage(ConfigException.class, "seed is -1", () -> model.sample(1, 1, -1));
    }
    assertMessage(ConfigException.class, "times is 0", () -> new LikelihoodMethod.Bound(0, 0, 0));
  }

  private static void assertMessage(
      Class<? extends RuntimeException> type, String part, Executable call) {
    String message = assertThrows(type, call).getMessage();
    assertTrue(message.contains(part) && !message.contains("\n"), message);
  }
}
