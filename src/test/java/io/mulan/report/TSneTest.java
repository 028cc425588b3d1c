package io.mulan.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TSneTest {
  private static final int EACH = 20;

  /** Three clouds in ten dimensions, far from each other. */
  private static double[][] clouds() {
    Random random = new Random(1);
    double[][] points = new double[3 * EACH][10];
    for (int i = 0; i < points.length; i++) {
      for (int k = 0; k < 10; k++) {
        points[i][k] = random.nextGaussian() + (k == i / EACH ? 30 : 0);
      }
    }
    return points;
  }

  @Test
  void neighboursStayNeighbours() {
    double[][] places = TSne.of(clouds(), 10, 0);
    for (int i = 0; i < places.length; i++) {
      double[] place = places[i];
      int self = i;
      int nearest =
          IntStream.range(0, places.length)
              .filter(j -> j != self)
              .boxed()
              .min((a, b) -> Double.compare(distance(place, places[a]), distance(place, places[b])))
              .orElseThrow();
      assertEquals(i / EACH, nearest / EACH, "of point " + i);
    }
  }

  @Test
  void theDivergenceIsFarBelowThatOfPlacesByChance() {
    double[][] points = clouds();
    Random random = new Random(2);
    double[][] chance = new double[points.length][2];
    Arrays.setAll(chance, i -> new double[] {random.nextGaussian(), random.nextGaussian()});
    double learned = TSne.divergence(points, TSne.of(points, 10, 0), 10);
    assertTrue(learned < 0.3 * TSne.divergence(points, chance, 10), "nats: " + learned);
    assertTrue(learned > 0);
  }

  @Test
  void equalSeedsGiveEqualPlacesAndEqualPointsNoFailure() {
    double[][] same = new double[8][3];
    assertTrue(Arrays.deepEquals(TSne.of(same, 5, 3), TSne.of(same, 5, 3)));
    for (double[] place : TSne.of(same, 5, 3)) {
      assertTrue(Double.isFinite(place[0]) && Double.isFinite(place[1]));
    }
  }

  private static double distance(double[] a, double[] b) {
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  }
}
