package io.mulan.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.types.TInt32;

/** So does a model that is conditioned on the class of each image. */
final class ServedClassesTest extends ServedModelTest {
  @TempDir static Path folder;

  @Override
  int scoreTimes() {
    return SmallExport.SCORE_TIMES;
  }

  @Override
  Path folder() {
    return SmallExport.write(folder, "classes");
  }

  @Override
  Object[] given(int rows) {
    int[] classes = test().labels().orElseThrow();
    return new Object[] {"labels", TInt32.vectorOf(Arrays.copyOf(classes, rows))};
  }

  @Tag("integration")
  @Test
  void theLogLikelihoodApproachesThatOfEvaluate() {
    double[][] terms = adaptive(2, 1e-4);
    double coarse = worst(terms, logLikelihood(2, 8));
    double fine = worst(terms, logLikelihood(2, 32));
    assertTrue(fine < coarse / 2, () -> coarse + " with 8 steps, " + fine + " with 32");
  }

  private Bundle.Answer samples(int... labels) {
    return bundle()
        .call(Sample.NAME, "count", 3, "labels", TInt32.vectorOf(labels), "steps", 4, "seed", SEED);
  }

  @Test
  void anotherClassGivesOtherImagesOfTheSameNoise() {
    Bundle.Answer all = samples(1, 2, 3);
    Bundle.Answer twos = samples(2, 2, 2);
    int n = all.of("images").length / 3;
    boolean[] same = new boolean[3];
    for (int i = 0; i < 3; i++) {
      int at = i * n;
      same[i] =
          IntStream.range(at, at + n).allMatch(k -> all.of("images")[k] == twos.of("images")[k]);
    }
    assertFalse(same[0]);
    assertTrue(same[1]);
    assertFalse(same[2]);
    assertEquals(
        model().config().latent().size(),
        all.shapes().get("latents").get(1),
        "latents come out without the classes");
  }

  @ParameterizedTest
  @CsvSource({
    "'1,2,10', 'sample: labels must be from 0 to 9; found'",
    "'1,-1,3', 'sample: labels must be from 0 to 9; found'",
    "'1,2', 'sample: labels must be as many rows as count; found'"
  })
  void labelsThatDoNotFitAreNamed(String labels, String message) {
    int[] given = Arrays.stream(labels.split(",")).mapToInt(Integer::parseInt).toArray();
    TFInvalidArgumentException e =
        assertThrows(TFInvalidArgumentException.class, () -> samples(given));
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }

  @Test
  void missingLabelsAreNamed() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> bundle().call(Sample.NAME, "count", 3, "steps", 4, "seed", SEED));
    assertTrue(e.getMessage().contains("labels"), e::getMessage);
  }

  @Test
  void theCardSaysThatTheModelIsConditionedOnClasses() throws IOException {
    assertEquals(10, model().card().data().classes());
    assertFalse(model().card().data().augmented());
    String text = Files.readString(model().folder().resolve("assets/README.md"));
    assertTrue(text.contains("conditioned on the class of each image, `labels` from 0 to 9"), text);
    assertTrue(
        text.contains("| in | `labels` | int32 [B] | the class of each image, from 0 to 9 |"),
        text);
  }
}
