package io.mulan.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.drawing.Plot.NamedPlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Latent spaces whose structure is known. */
final class LatentSpaceTest {
  private static final int COUNT = 40;
  private static final int SIZE = 5;

  private static ImageSet images(int count) {
    return new ImageSet("test", new ImageShape(4, 4, 1), 17, new byte[16 * count]);
  }

  /** Two components of five go by whether the image's number is even. */
  private static List<float[]> means(int count, double apart) {
    Random random = new Random(1);
    List<float[]> means = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] mean = new float[SIZE];
      for (int k = 0; k < SIZE; k++) {
        mean[k] = (float) (0.01 * random.nextGaussian() + (k < 2 && i % 2 == 0 ? apart : 0));
      }
      means.add(mean);
    }
    return means;
  }

  @Test
  void componentsThatDependOnTheImageAreCountedAndDrawn() {
    LatentSpace space = LatentSpace.of(images(COUNT), means(COUNT, 2), 1);
    assertEquals(2, space.inUse());
    Set<String> names = space.plots().stream().map(NamedPlot::name).collect(Collectors.toSet());
    assertEquals(
        Set.of("latent_pca", "latent_tsne", "latent_clusters", "latent_components"), names);
    for (NamedPlot plot : space.plots()) {
      assertTrue(plot.plot().picture(1).getWidth() > 100, plot.name());
      assertFalse(plot.caption().isBlank());
    }
    int[] of = space.groups().orElseThrow().of();
    for (int i = 0; i < COUNT; i++) {
      for (int j = 0; j < COUNT; j++) {
        assertTrue(i % 2 == j % 2 || of[i] != of[j], i + " and " + j + " are not of one kind");
      }
    }
  }

  @Test
  void aLatentThatIsNotInUseIsLeftOutWithAReason() {
    LatentSpace collapsed = LatentSpace.of(images(COUNT), means(COUNT, 0), 1);
    assertTrue(collapsed.plots().isEmpty());
    assertTrue(collapsed.groups().isEmpty());
    assertTrue(collapsed.nothing().contains("0 of 5 components in use"), collapsed.nothing());
    LatentSpace none = LatentSpace.of(images(COUNT), means(COUNT, 0), 0);
    assertEquals("the model has no latent", none.nothing());
    LatentSpace few = LatentSpace.of(images(4), means(4, 2), 1);
    assertTrue(few.plots().isEmpty());
    assertTrue(few.nothing().contains("4 images are too few"), few.nothing());
  }
}
