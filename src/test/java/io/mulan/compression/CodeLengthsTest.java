package io.mulan.compression;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.RunConfig;
import io.mulan.data.ImageSet;
import io.mulan.training.FourLevels;
import io.mulan.training.RunState;
import io.mulan.training.TrainedModel;
import io.mulan.training.TrainingSession;
import java.nio.file.Path;
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
  private static final int STEPS = 8;
  private static final int REPEATS = 4;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"top_k", "gaussian", "none"})
  void theCodesOfAllImagesAreThoseOfOneCode(String kind) {
    RunConfig config = FourLevels.config("latent.kind=" + kind);
    double before;
    double after;
    try (TrainingSession session = new TrainingSession(config, FourLevels.IMAGE, false)) {
      session.initialize();
      before = sum(config, session);
      FourLevels.train(session);
      after = sum(config, session);
    }
    assertTrue(after <= 1, "more than a code has room for: " + after);
    assertTrue(after > 3 * before, "training shortens the codes: " + before + ", " + after);
  }

  /** 2^-length of all images. */
  private double sum(RunConfig config, TrainingSession session) {
    session.save(folder.resolve("state"));
    try (TrainedModel<ChainGraph> model =
        new TrainedModel<>(config, FourLevels.IMAGE, ChainGraph::build)) {
      model.restore(folder.resolve("state"), name -> RunState.AVERAGE + name);
      ChainLaws laws = new ChainLaws(model.session(), model.parts(), FourLevels.IMAGE, STEPS);
      GroupCoder coder =
          new GroupCoder(laws, LatentCoder.of(config.latent()), FourLevels.LEVELS, 1, images -> {});
      ImageSet images = FourLevels.all();
      int count = images.count();
      Rans stack = Rans.random(count * REPEATS * 200);
      double sum = 0;
      for (int i = 0; i < count; i++) {
        int image = i;
        double mean = 0;
        for (int r = 0; r < REPEATS; r++) {
          double before = stack.bits();
          coder.put(stack, images.copies(1, at -> image), new float[0]);
          mean += (stack.bits() - before) / REPEATS;
        }
        sum += Math.pow(2, -mean);
      }
      return sum;
    }
  }
}
