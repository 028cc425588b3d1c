package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.NpyArray;
import io.mulan.data.Npz;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.sampling.ImageSampler;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.types.TFloat32;

/** Images whose class decides all but a bit of each pixel: class k has the levels 2k and 2k + 1. */
final class ClassesTest {
  private static final ImageShape IMAGE = new ImageShape(4, 4, 1);
  private static final int CLASSES = 8;
  private static final int TRAIN = 256;
  private static final int TEST = 64;

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

  private static RunConfig config(Path images, int classes, int steps, String... more) {
    String[] all = new String[more.length + 8];
    all[0] = "data.kind=npz";
    all[1] = "data.path=" + images;
    all[2] = "data.levels=16";
    all[3] = "data.classes=" + classes;
    all[4] = "training.steps=" + steps;
    all[5] = "training.learning_rate=4e-3";
    all[6] = "training.ema=0.9";
    all[7] = "training.times_per_image=8";
    System.arraycopy(more, 0, all, 8, more.length);
    return SmallRun.config(all);
  }

  private static double bits(BoundEstimate bound) {
    return bound.total().bitsPerDim();
  }

  @Test
  void whoIsToldTheClassDoesBetterAndWorseIfItIsTheWrongOne() {
    Path images = images(0);
    double without =
        bits(SmallRun.train(folder.resolve("a"), config(images, 0, 150)).orElseThrow());
    Path run = folder.resolve("b");
    RunConfig config = config(images, CLASSES, 150);
    double with = bits(SmallRun.train(run, config).orElseThrow());
    // log2 8 bits in 16 pixels are what the class tells, for a model that has learned everything.
    assertTrue(with < without - 3.0 / IMAGE.size(), "with " + with + ", without " + without);

    try (TrainingSession session = SmallRun.session(config, false)) {
      new Checkpoints(run, 1).restoreNewest(session);
      double right = bits(session.evaluate(SmallRun.data(config).test(), done -> {}));
      RunConfig other = config(images(3), CLASSES, 150);
      double wrong = bits(session.evaluate(SmallRun.data(other).test(), done -> {}));
      assertEquals(with, right);
      assertTrue(wrong > right + 1, "right " + right + ", wrong " + wrong);
    }
  }

  @Test
  void imagesAreDrawnOfTheClassThatIsAskedFor() {
    Path run = folder.resolve("run");
    RunConfig config = config(images(0), CLASSES, 300);
    SmallRun.train(run, config);
    int each = 8;
    int count = CLASSES * each;
    int steps = 64;
    try (TrainedModel<SamplingGraph> model =
        new TrainedModel<>(
            config,
            IMAGE,
            (m, diffusion, weights) ->
                SamplingGraph.build(m, diffusion, weights, Sampler.ANCESTRAL))) {
      new Checkpoints(run, 1).restore(model, 300);
      ImageSampler sampler = new ImageSampler(model.session(), model.parts(), 0);
      float[] told = SmallRun.data(config).test().conditions().of(count, i -> i / each);
      try (TFloat32 latents = sampler.latents(0, count, told)) {
        double[] z0 = sampler.advance(sampler.noise(0, count), latents, 0, 0, steps, steps);
        byte[] levels = sampler.mostLikely(z0, latents);
        for (int k = 0; k < CLASSES; k++) {
          double sum = 0;
          for (int i = 0; i < each * IMAGE.size(); i++) {
            sum += levels[k * each * IMAGE.size() + i];
          }
          assertEquals(2 * k + 0.5, sum / (each * IMAGE.size()), 0.75, "mean level of class " + k);
        }
      }
    }
  }

  @Test
  void stoppedHalfWayAndResumedItIsTheSameToTheBit() throws IOException {
    Path images = images(0);
    Path straight = folder.resolve("straight");
    Path halves = folder.resolve("halves");
    BoundEstimate once = SmallRun.train(straight, config(images, CLASSES, 6)).orElseThrow();
    SmallRun.train(halves, config(images, CLASSES, 3));
    BoundEstimate resumed = SmallRun.train(halves, config(images, CLASSES, 6)).orElseThrow();
    assertEquals(once, resumed);
    assertArrayEquals(state(straight), state(halves));
  }

  private static byte[] state(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("6/state.data-00000-of-00001"));
  }

  @Test
  void aNetworkThatDoesNotSeeTheLatentSeesTheClass() {
    Path images = images(0);
    String[] blind = {"network.conditioned=false", "latent.kind=none", "schedule.kind=fixed"};
    double without =
        bits(SmallRun.train(folder.resolve("a"), config(images, 0, 100, blind)).orElseThrow());
    double with =
        bits(SmallRun.train(folder.resolve("b"), config(images, 8, 100, blind)).orElseThrow());
    assertTrue(with < without - 3.0 / IMAGE.size(), "with " + with + ", without " + without);
  }
}
