package io.mulan.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import org.junit.jupiter.api.Test;

/** What a latent of four categories says, where that is known. */
final class LatentUseTest {
  private static final int CATEGORIES = 4;
  private static final double PRIOR_VARIANCE = 0.25 * 0.75;

  /** Adds an image whose law has these probabilities. */
  private static void add(LatentUse.Collector all, int drawn, double... probabilities) {
    float[] mean = new float[CATEGORIES];
    float[] logs = new float[CATEGORIES];
    float[] one = new float[CATEGORIES];
    for (int k = 0; k < CATEGORIES; k++) {
      mean[k] = (float) probabilities[k];
      logs[k] = (float) Math.log(Math.max(probabilities[k], 1e-30));
    }
    one[drawn] = 1;
    all.add(mean, logs, 0, one);
  }

  @Test
  void aLatentThatIdentifiesTheImageHasTheLogarithmOfTheirNumber() {
    LatentUse.Collector all = new LatentUse.Collector(PRIOR_VARIANCE);
    for (int i = 0; i < CATEGORIES; i++) {
      double[] p = new double[CATEGORIES];
      p[i] = 1;
      add(all, i, p);
    }
    LatentUse use = all.use(Math.log(CATEGORIES));
    assertEquals(Math.log(CATEGORIES), use.mutualInformation(), 1e-6);
    assertEquals(CATEGORIES, use.inUse());
    assertFalse(use.collapsed());
  }

  /** A law that differs from the prior, but not between images, costs its KL and says nothing. */
  @Test
  void aLatentThatIsTheSameForAllImagesHasNoInformation() {
    LatentUse.Collector all = new LatentUse.Collector(PRIOR_VARIANCE);
    for (int i = 0; i < 10; i++) {
      add(all, i % 2, 0.5, 0.5, 0, 0);
    }
    LatentUse use = all.use(Math.log(2));
    assertEquals(0, use.mutualInformation(), 1e-6);
    assertEquals(0, use.inUse());
    assertTrue(use.collapsed());
  }

  /** Each component moves a little with the image: more than a hundredth of its variance. */
  @Test
  void aLatentWhoseComponentsAreInUseIsNotCalledCollapsed() {
    LatentUse.Collector all = new LatentUse.Collector(PRIOR_VARIANCE);
    for (int i = 0; i < 1000; i++) {
      double shift = i / 4 % 2 == 0 ? 0.05 : -0.05;
      add(all, i % 4, 0.25 + shift, 0.25 - shift, 0.25 + shift, 0.25 - shift);
    }
    LatentUse use = all.use(0.02);
    assertEquals(CATEGORIES, use.inUse());
    assertTrue(use.dependsLittle(), use::toString);
    assertFalse(use.collapsed());
  }

  @Test
  void oneImageGivesNoEstimate() {
    LatentUse.Collector all = new LatentUse.Collector(PRIOR_VARIANCE);
    add(all, 0, 1, 0, 0, 0);
    assertNull(all.use(Math.log(CATEGORIES)));
  }

  @Test
  void aModelWithoutALatentGivesNoEstimate() {
    assertNull(new LatentUse.Collector(0).use(0));
  }

  /** What costs the square of their number is measured on so many, from all over the set. */
  @Test
  void someOfManyImagesAreTaken() {
    ImageShape pixel = new ImageShape(1, 1, 1);
    byte[] levels = new byte[10 * LatentUse.MOST_IMAGES];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i % 10);
    }
    ImageSet some = new ImageSet("many", pixel, 256, levels).spread(LatentUse.MOST_IMAGES);
    assertEquals(LatentUse.MOST_IMAGES, some.count());
    byte[] first = new byte[] {9};
    for (int i : new int[] {0, 1, LatentUse.MOST_IMAGES - 1}) {
      some.copy(i, first, 0);
      assertEquals(0, first[0], "every tenth");
    }
    ImageSet few = new ImageSet("few", pixel, 256, new byte[LatentUse.MOST_IMAGES]);
    assertEquals(few, few.spread(LatentUse.MOST_IMAGES));
  }
}
