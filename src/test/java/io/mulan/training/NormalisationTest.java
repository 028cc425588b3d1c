package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.RunConfig;
import io.mulan.data.ImageSet;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * exp(-bound) of all images there are sums up to at most one, because a bound on -log p is never
 * below it.
 */
@Tag("slow")
final class NormalisationTest {
  private static final int TIMES = 64;
  private static final int REPEATS = 4;

  @ParameterizedTest
  @CsvSource({
    "top_k, subset, identity",
    "top_k, subset, marginals",
    "top_k, subset, gumbel",
    "top_k, subset, score_function",
    "gumbel, subset, identity",
    "gaussian, subset, identity",
    "none, subset, identity"
  })
  void theBoundOfAllImagesIsThatOfProbabilities(String kind, String law, String gradient) {
    try (TrainingSession session = session(kind, law, gradient)) {
      Total before = Total.of(session);
      FourLevels.train(session);
      Total after = Total.of(session);
      assertTrue(before.atMostOne(), before::toString);
      assertTrue(after.atMostOne(), after::toString);
      assertTrue(after.sum > 0.3, "training tightens the bound: " + after);
    }
  }

  /** What the published code charges for a latent is not a KL: its sum has no limit. */
  @Test
  void trainingRaisesThePublishedSum() {
    try (TrainingSession session = session("top_k", "published", "identity")) {
      Total before = Total.of(session);
      FourLevels.train(session);
      Total after = Total.of(session);
      assertTrue(after.sum > before.sum, () -> before + ", then " + after);
    }
  }

  /**
   * The sum over all images.
   *
   * @param error its standard error
   * @param bias what the errors of the bounds add to it, exp being convex
   */
  private record Total(double sum, double error, double bias) {

    static Total of(TrainingSession session) {
      ImageSet all = FourLevels.all();
      double[][] bounds = new double[REPEATS][];
      for (int r = 0; r < REPEATS; r++) {
        bounds[r] = session.boundPerImage(all, TIMES, r);
      }
      double sum = 0;
      double variance = 0;
      double bias = 0;
      for (int i = 0; i < all.count(); i++) {
        double mean = 0;
        double squares = 0;
        for (double[] b : bounds) {
          mean += b[i] / REPEATS;
          squares += b[i] * b[i] / REPEATS;
        }
        double p = Math.exp(-mean);
        double own = Math.max(0, squares - mean * mean) / (REPEATS - 1); // of the mean
        sum += p;
        variance += p * p * own;
        bias += p * own / 2;
      }
      return new Total(sum, Math.sqrt(variance), bias);
    }

    boolean atMostOne() {
      return sum - bias <= 1 + 3 * error;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.4f ± %.4f", sum, error);
    }
  }

  private static TrainingSession session(String kind, String law, String gradient) {
    RunConfig config =
        FourLevels.config(
            "latent.kind=" + kind, "latent.law=" + law, "latent.gradient=" + gradient);
    TrainingSession session = new TrainingSession(config, FourLevels.IMAGE, false);
    session.initialize();
    return session;
  }
}
