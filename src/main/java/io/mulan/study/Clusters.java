package io.mulan.study;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.clustering.CentroidCluster;
import org.hipparchus.clustering.Clusterable;
import org.hipparchus.clustering.KMeansPlusPlusClusterer;
import org.hipparchus.clustering.distance.EuclideanDistance;
import org.hipparchus.random.Well19937c;

/**
 * Points in groups around centres (k-means++, D. Arthur and S. Vassilvitskii, 2007).
 *
 * @param members numbers of the points in each, those nearest to its centre first; the largest
 *     cluster first
 */
record Clusters(List<int[]> members) {
  private static final int MOST_STEPS = 200;
  private static final int SEED = 0;

  private record Point(int number, double[] at) implements Clusterable {
    @Override
    public double[] getPoint() {
      return at;
    }
  }

  /**
   * The same for the same points.
   *
   * @param count how many clusters, if there are as many different points
   */
  static Clusters of(double[][] points, int count) {
    EuclideanDistance distance = new EuclideanDistance();
    List<Point> all =
        IntStream.range(0, points.length).mapToObj(i -> new Point(i, points[i])).toList();
    int different = (int) Arrays.stream(points).map(Arrays::toString).distinct().count();
    List<CentroidCluster<Point>> clusters =
        new KMeansPlusPlusClusterer<Point>(
                Math.min(count, different), MOST_STEPS, distance, new Well19937c(SEED))
            .cluster(all);
    return new Clusters(
        clusters.stream()
            .filter(c -> !c.getPoints().isEmpty())
            .map(c -> byDistance(c, distance))
            .sorted(Comparator.comparingInt(m -> -m.length))
            .toList());
  }

  private static int[] byDistance(CentroidCluster<Point> cluster, EuclideanDistance distance) {
    double[] centre = cluster.getCenter().getPoint();
    return cluster.getPoints().stream()
        .sorted(Comparator.comparingDouble(p -> distance.compute(p.at(), centre)))
        .mapToInt(Point::number)
        .toArray();
  }

  /** Which cluster each point is in [count]. */
  int[] ofPoints() {
    int[] of = new int[members.stream().mapToInt(m -> m.length).sum()];
    for (int k = 0; k < members.size(); k++) {
      for (int point : members.get(k)) {
        of[point] = k;
      }
    }
    return of;
  }
}
