package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.sampling.ImageSampler;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.types.TFloat32;

/** Images whose class decides all but a bit of each pixel: class k has the levels 2k and 2k + 1. */
@Tag("repeatable")
final class ClassesTest {
  private static final ImageShape IMAGE = new ImageShape(2, 2, 1);
  private static final int CLASSES = 8;
  private static final int TRAIN = 256;
  private static final int TEST = 64;

  private static final String[] BLIND = {
    "network.conditioned=false", "latent.kind=none", "schedule.kind=fixed"
  };

  @TempDir Path folder;

  /**
   * Writes such images.
   *
   * @param wrong how far the classes of the test images are from theirs
   */
  private Path images(int wrong) {
    Path file = folder.resolve("images-" + wrong + ".npz");
    Random random = new Random(1);
    int[] train = random.ints(TRAIN, 0, CLASSES).toArray();
    int[] test = random.ints(TEST, 0, CLASSES).toArray();
    Npz.write(
        file,
        Map.of(
            "x_train", levels(train, random),
            "y_train", NpyArray.of(train, TRAIN),
            "x_test", levels(test, random),
            "y_test", NpyArray.of(shifted(test, wrong), TEST)));
    return file;
  }

  private static NpyArray levels(int[] classes, Random random) {
    byte[] levels = new byte[classes.length * IMAGE.size()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (2 * classes[i / IMAGE.size()] + random.nextInt(2));
    }
    return NpyArray.of(levels, classes.length, IMAGE.height(), IMAGE.width(), 1);
  }

  private static int[] shifted(int[] classes, int by) {
    int[] shifted = new int[classes.length];
    for (int i = 0; i < classes.length; i++) {
      shifted[i] = (classes[i] + by) % CLASSES;
    }
    return shifted;
  }

  private static RunConfig config(Path images, int classes, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "data.kind=npz",
                "data.path=" + images,
                "data.levels=16",
                "data.classes=" + classes,
                "network.channels=16",
                "network.groups=4",
                "network.dropout=0",
                "training.steps=200",
                "training.batch=64",
                "training.learning_rate=1e-2",
                "training.ema=0.9",
                "training.times_per_image=8"));
    all.addAll(List.of(more));
    return SmallRun.config(all.toArray(String[]::new));
  }

  private static double bits(BoundEstimate bound) {
    return bound.total().bitsPerDim();
  }

  /** The bound on the test images of this configuration. */
  private static double bits(TrainingSession session, RunConfig config) {
    return bits(
        session.evaluate(SmallRun.data(config).test(), done -> {}, () -> false).orElseThrow());
  }

  @Tag("integration")
  @Test
  void aModelOfClassesHasABetterBoundAndDrawsTheClassAskedFor() {
    Path images = images(0);
    RunConfig without = config(images, 0, "latent.kind=none");
    double unconditioned =
        bits(SmallRun.train(folder.resolve("unconditioned"), without).orElseThrow());
    Path run = folder.resolve("conditioned");
    RunConfig config = config(images, CLASSES, "latent.kind=none");
    try (TrainingSession session = SmallRun.session(config, false)) {
      double given = bits(SmallRun.train(session, run, config, List.of(), () -> false).get());
      // log2 8 bits in 4 pixels are what the class says, once everything is learned.
      assertTrue(
          given < unconditioned - 0.3, "conditioned " + given + ", unconditioned " + unconditioned);
      double wrong = bits(session, config(images(3), CLASSES, "latent.kind=none"));
      assertEquals(given, bits(session, config));
      assertTrue(wrong > given + 1, "right " + given + ", wrong " + wrong);
    }
    double[] means = meansOfSamples(run, config);
    for (int k = 0; k < CLASSES; k++) {
      assertEquals(2 * k + 0.5, means[k], 1.5, "class " + k + " of " + Arrays.toString(means));
    }
  }

  /** The mean level of samples of each class. */
  private static double[] meansOfSamples(Path run, RunConfig config) {
    int each = 16;
    int count = CLASSES * each;
    int steps = 32;
    try (TrainedModel<SamplingGraph> model =
        new TrainedModel<>(
            config,
            IMAGE,
            (m, diffusion, weights) ->
                SamplingGraph.build(m, diffusion, weights, Sampler.ANCESTRAL))) {
      new Checkpoints(run, 1).restore(model, config.training().steps());
      ImageSampler sampler = new ImageSampler(model.session(), model.parts(), 0);
      float[] given = SmallRun.data(config).test().conditions().of(count, i -> i / each);
      try (TFloat32 latents = sampler.latents(0, count, given)) {
        double[] z0 = sampler.all(sampler.noise(0, count), latents, 0, steps);
        byte[] levels = sampler.mostLikely(z0, latents);
        double[] means = new double[CLASSES];
        for (int i = 0; i < levels.length; i++) {
          means[i / (each * IMAGE.size())] += (double) levels[i] / (each * IMAGE.size());
        }
        return means;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = "data.augment=rotations")
  void aStoppedAndResumedRunIsTheSameToTheBit(String setting) throws IOException {
    RunConfig whole =
        config(
            images(0), CLASSES, setting, "training.learning_rate_decay=none", "training.steps=6");
    RunConfig half = with(whole, "training.steps=3");
    Path straight = folder.resolve("straight");
    Path halves = folder.resolve("halves");
    BoundEstimate once;
    try (TrainingSession session = SmallRun.session(whole, false)) {
      once = SmallRun.train(session, straight, whole, List.of(), () -> false).orElseThrow();
      SmallRun.train(session, halves, half, List.of(), () -> false);
    }
    assertEquals(once, SmallRun.train(halves, whole).orElseThrow());
    assertArrayEquals(state(straight), state(halves));
  }

  @Tag("slow")
  @Test
  void aStoppedAndResumedRunWithoutAugmentationIsTheSameToTheBit() throws IOException {
    aStoppedAndResumedRunIsTheSameToTheBit("data.augment=none");
  }

  private static RunConfig with(RunConfig config, String setting) {
    return ConfigReader.override(config, List.of(setting));
  }

  private static byte[] state(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("6/state.data-00000-of-00001"));
  }

  @Test
  void aNetworkThatDoesNotSeeTheLatentSeesTheClass() {
    // The network begins with an output of zero.
    RunConfig config = with(config(images(0), CLASSES, BLIND), "training.steps=20");
    try (TrainingSession session = SmallRun.session(config, false)) {
      SmallRun.train(session, folder, config, List.of(), () -> false);
      assertNotEquals(bits(session, config), bits(session, config(images(3), CLASSES, BLIND)));
    }
  }

  @Tag("slow")
  @Test
  void aNetworkWithoutTheLatentDoesBetterWithTheClass() {
    Path images = images(0);
    double unconditioned =
        bits(SmallRun.train(folder.resolve("a"), config(images, 0, BLIND)).orElseThrow());
    double given =
        bits(SmallRun.train(folder.resolve("b"), config(images, CLASSES, BLIND)).orElseThrow());
    assertTrue(
        given < unconditioned - 0.3, "conditioned " + given + ", unconditioned " + unconditioned);
  }
}
