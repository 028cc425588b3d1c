package io.mulan.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Projection, t-SNE and clusters of points whose groups are known. */
final class EmbeddingsTest {
  private static final int GROUPS = 4;
  private static final int EACH = 15;
  private static final int DIMENSIONS = 6;

  /** Of deviation 1 around corners that are 12 away from the origin, each along its own axis. */
  private static double[][] groups() {
    Random random = new Random(3);
    double[][] points = new double[GROUPS * EACH][DIMENSIONS];
    for (int i = 0; i < points.length; i++) {
      for (int k = 0; k < DIMENSIONS; k++) {
        points[i][k] = random.nextGaussian() + (k == group(i) ? 12 : 0);
      }
    }
    return points;
  }

  private static int group(int i) {
    return i % GROUPS;
  }

  @Test
  void neighboursStayNeighbours() {
    double[][] plane = TSne.of(groups(), 8, 400).points();
    for (int i = 0; i < plane.length; i++) {
      int point = i;
      int nearest =
          IntStream.range(0, plane.length)
              .filter(j -> j != point)
              .boxed()
              .min((a, b) -> Double.compare(distance(plane, point, a), distance(plane, point, b)))
              .orElseThrow();
      assertEquals(group(i), group(nearest), "the nearest to point " + i);
    }
  }

  private static double distance(double[][] points, int i, int j) {
    return Math.hypot(points[i][0] - points[j][0], points[i][1] - points[j][1]);
  }

  @Test
  void theDivergenceFalls() {
    double[] divergences = TSne.of(groups(), 8, 400).divergences();
    double start = divergences[0];
    double end = divergences[399];
    assertTrue(end < 0.25 * start, start + " to " + end);
    assertTrue(end >= 0, "no divergence is below zero: " + end);
    // Momentum may overshoot a little; over 50 steps of plain descent it does not rise.
    for (int step = 150; step < 400; step += 50) {
      assertTrue(divergences[Math.min(step + 50, 399)] <= divergences[step] + 1e-3, "from " + step);
    }
  }

  @Test
  void pointsThatAreAllAlikeDoNoHarm() {
    double[][] alike = new double[12][3];
    double[][] plane = TSne.of(alike, 5, 50).points();
    assertTrue(Arrays.stream(plane).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite));
    assertEquals(1, Clusters.of(alike, 4).members().size());
  }

  @Test
  void theProjectionHasTheAxesOfMostVariance() {
    Random random = new Random(5);
    double[][] points = new double[200][3];
    for (double[] point : points) {
      point[0] = random.nextGaussian();
      point[1] = 10 * random.nextGaussian();
      point[2] = 3 * random.nextGaussian();
    }
    Projection seen = Projection.of(points);
    assertEquals(100 / 110.0, seen.shares()[0], 0.05);
    assertEquals(9 / 110.0, seen.shares()[1], 0.05);
    double mean = Arrays.stream(points).mapToDouble(p -> p[1]).average().orElseThrow();
    double[] along = Arrays.stream(points).mapToDouble(p -> Math.abs(p[1] - mean)).toArray();
    double[] first = Arrays.stream(seen.points()).mapToDouble(p -> Math.abs(p[0])).toArray();
    assertArrayEquals(along, first, 1.0);
  }

  @Test
  void clustersAreTheGroups() {
    Clusters clusters = Clusters.of(groups(), GROUPS);
    assertEquals(GROUPS, clusters.members().size());
    for (int[] members : clusters.members()) {
      assertEquals(EACH, members.length);
      assertEquals(1, Arrays.stream(members).map(EmbeddingsTest::group).distinct().count());
    }
    int[] of = clusters.ofPoints();
    for (int i = 0; i < of.length; i++) {
      assertEquals(of[i % GROUPS], of[i]);
    }
    assertArrayEquals(of, Clusters.of(groups(), GROUPS).ofPoints(), "the same again");
  }
}
