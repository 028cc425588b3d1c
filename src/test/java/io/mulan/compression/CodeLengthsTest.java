package io.mulan.compression;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.training.RunState;
import io.mulan.training.TrainedModel;
import io.mulan.training.TrainingSession;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The code lengths of all images there are, each less what was in the stack before, are those of a
 * code: the sum of 2^-length is at most one. A length is the mean over draws of z.
 */
@Tag("slow")
final class CodeLengthsTest {
  private static final int LEVELS = 4;
  private static final ImageShape IMAGE = new ImageShape(2, 2, 1);
  private static final int TRAINING = 400;
  private static final int BATCH = 64;
  private static final int STEPS = 8;
  private static final int REPEATS = 4;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"top_k", "gaussian", "none"})
  void theCodesOfAllImagesAreThoseOfOneCode(String kind) {
    RunConfig config = config(kind);
    train(config);
    try (TrainedModel<ChainGraph> model = new TrainedModel<>(config, IMAGE, ChainGraph::build)) {
      model.restore(folder.resolve("state"), name -> RunState.AVERAGE + name);
      ChainLaws laws = new ChainLaws(model.session(), model.parts(), IMAGE, STEPS);
      GroupCoder coder =
          new GroupCoder(laws, LatentCoder.of(config.latent()), LEVELS, 1, images -> {});
      int count = (int) Math.pow(LEVELS, IMAGE.size());
      Rans stack = Rans.random(count * REPEATS * 200);
      double sum = 0;
      for (int i = 0; i < count; i++) {
        double mean = 0;
        for (int r = 0; r < REPEATS; r++) {
          double before = stack.bits();
          coder.put(stack, image(i), new float[0]);
          mean += (stack.bits() - before) / REPEATS;
        }
        sum += Math.pow(2, -mean);
      }
      assertTrue(sum <= 1, "more than a code has room for: " + sum);
      assertTrue(sum > 0.01, "training shortens the codes: " + sum);
    }
  }

  private static byte[] image(int number) {
    byte[] image = new byte[IMAGE.size()];
    for (int k = 0, rest = number; k < image.length; k++, rest /= LEVELS) {
      image[k] = (byte) (rest % LEVELS);
    }
    return image;
  }

  private static RunConfig config(String kind) {
    return ConfigReader.read(
        Optional.empty(),
        Optional.empty(),
        List.of(
            "data.levels=" + LEVELS,
            "schedule.gamma_min=-6",
            "latent.kind=" + kind,
            "latent.size=6",
            "latent.k=2",
            "network.channels=16",
            "network.layers=1",
            "network.groups=4",
            "network.fourier=[0, 1]",
            "training.steps=" + TRAINING,
            "training.batch=" + BATCH,
            "training.warmup_steps=10",
            "training.ema=0.9",
            "training.learning_rate=3e-3"));
  }

  /** On few images: their codes become short. */
  private void train(RunConfig config) {
    byte[][] seen = {{0, 0, 3, 3}, {3, 3, 0, 0}, {1, 2, 1, 2}, {2, 2, 2, 2}};
    Random random = new Random(1);
    try (TrainingSession session = new TrainingSession(config, IMAGE, false)) {
      session.initialize();
      for (int step = 0; step < TRAINING; step++) {
        byte[] batch = new byte[BATCH * IMAGE.size()];
        for (int i = 0; i < BATCH; i++) {
          byte[] image = seen[random.nextInt(seen.length)];
          System.arraycopy(image, 0, batch, i * IMAGE.size(), IMAGE.size());
        }
        session.step(batch);
      }
      session.save(folder.resolve("state"));
    }
  }
}
