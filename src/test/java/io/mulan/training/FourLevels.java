package io.mulan.training;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.ImageSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Images of 2×2 pixels with four levels, so few that all can be scored. */
public final class FourLevels {
  public static final int LEVELS = 4;
  public static final ImageShape IMAGE = new ImageShape(2, 2, 1);

  private static final int STEPS = 400;
  private static final int BATCH = 64;

  private FourLevels() {}

  /** A small model of them, with these settings over it. */
  public static RunConfig config(String... settings) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "data.levels=" + LEVELS,
                "schedule.gamma_min=-6",
                "latent.size=6",
                "latent.k=2",
                "network.channels=16",
                "network.layers=1",
                "network.groups=4",
                "network.fourier=[0, 1]",
                "training.steps=" + STEPS,
                "training.batch=" + BATCH,
                "training.warmup_steps=10",
                "training.ema=0.9",
                "training.learning_rate=3e-3"));
    all.addAll(List.of(settings));
    return ConfigReader.read(Optional.of("digits-published"), Optional.empty(), all);
  }

  /** On few images: a bound that is close to their probabilities comes close to one in sum. */
  public static void train(TrainingSession session) {
    byte[][] seen = {{0, 0, 3, 3}, {3, 3, 0, 0}, {1, 2, 1, 2}, {2, 2, 2, 2}};
    Random random = new Random(1);
    for (int step = 0; step < STEPS; step++) {
      byte[] batch = new byte[BATCH * IMAGE.size()];
      for (int i = 0; i < BATCH; i++) {
        byte[] image = seen[random.nextInt(seen.length)];
        System.arraycopy(image, 0, batch, i * IMAGE.size(), IMAGE.size());
      }
      session.step(batch);
    }
  }

  /** All 256 that there are. */
  public static ImageSet all() {
    int size = IMAGE.size();
    int count = (int) Math.pow(LEVELS, size);
    byte[] pixels = new byte[count * size];
    for (int i = 0; i < count; i++) {
      for (int k = 0, rest = i; k < size; k++, rest /= LEVELS) {
        pixels[i * size + k] = (byte) (rest % LEVELS);
      }
    }
    return new ImageSet("all images", IMAGE, LEVELS, pixels);
  }
}
