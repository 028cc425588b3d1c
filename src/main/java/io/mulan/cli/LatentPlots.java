package io.mulan.cli;

import io.mulan.data.ImageSet;
import io.mulan.report.Chart;
import io.mulan.report.ImageScatter;
import io.mulan.report.NamedPlot;
import io.mulan.report.TSne;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.clustering.CentroidCluster;
import org.hipparchus.clustering.DoublePoint;
import org.hipparchus.clustering.KMeansPlusPlusClusterer;
import org.hipparchus.clustering.distance.EuclideanDistance;
import org.hipparchus.random.Well19937c;
import org.hipparchus.stat.projection.PCA;

/**
 * Pictures of the latent space: where images are in it by their mean latents E[c|x], in which
 * clusters (k-means), and what the clusters' noise differs in.
 */
final class LatentPlots {
  private static final int CLUSTERS = 5;
  private static final int ATTEMPTS = 100;
  private static final double PERPLEXITY = 20;

  /** Variance of all latents below which there is nothing to see. */
  private static final double NOTHING = 1e-6;

  private final ImageSet images;
  private final double[][] latents;
  private final int[] clusters;

  /**
   * @param latents one for each image [count][m]
   */
  LatentPlots(ImageSet images, double[][] latents, long seed) {
    this.images = images;
    this.latents = latents;
    this.clusters = clusters(latents, seed);
  }

  /** Whether the latents tell images apart. */
  static boolean tell(double[][] latents) {
    double variance = 0;
    for (int k = 0; k < latents[0].length; k++) {
      int column = k;
      double mean = Arrays.stream(latents).mapToDouble(c -> c[column]).average().orElseThrow();
      variance +=
          Arrays.stream(latents)
              .mapToDouble(c -> Math.pow(c[column] - mean, 2))
              .average()
              .orElseThrow();
    }
    return variance > NOTHING;
  }

  private static int[] clusters(double[][] latents, long seed) {
    List<DoublePoint> points = Arrays.stream(latents).map(DoublePoint::new).toList();
    int count =
        (int) Math.min(CLUSTERS, Arrays.stream(latents).map(Arrays::toString).distinct().count());
    List<CentroidCluster<DoublePoint>> found =
        new KMeansPlusPlusClusterer<DoublePoint>(
                count, ATTEMPTS, new EuclideanDistance(), new Well19937c(seed))
            .cluster(points);
    IdentityHashMap<DoublePoint, Integer> clusterOf = new IdentityHashMap<>();
    for (int k = 0; k < found.size(); k++) {
      for (DoublePoint member : found.get(k).getPoints()) {
        clusterOf.put(member, k);
      }
    }
    int[] clusters = points.stream().mapToInt(clusterOf::get).toArray();
    return clusters;
  }

  List<NamedPlot> all(SchedulePlots schedule) {
    List<NamedPlot> plots = new ArrayList<>();
    double[][] principal = new PCA(Math.min(2, latents[0].length)).fitAndTransform(latents);
    if (principal[0].length == 2) {
      plots.add(
          new NamedPlot(
              "latents-pca",
              "Images by the two principal components of their mean latents E[c|x]; frames are"
                  + " clusters.",
              new ImageScatter(
                  "Latents, principal components",
                  "first component",
                  "second component",
                  images,
                  principal,
                  clusters)));
    }
    plots.add(
        new NamedPlot(
            "latents-tsne",
            "The same by t-SNE: neighbours are near each other, distances mean nothing.",
            new ImageScatter(
                "Latents, t-SNE",
                "no unit",
                "no unit",
                images,
                TSne.of(latents, PERPLEXITY, 0),
                clusters)));
    plots.add(
        new NamedPlot(
            "latents-noise",
            "γ of the images of each cluster, less the mean over all.",
            noise(schedule)));
    return plots;
  }

  private Chart noise(SchedulePlots schedule) {
    Chart chart = new Chart("The noise of each cluster", "t", "γ less the mean, nats");
    for (int k = 0; k < count(); k++) {
      int cluster = k;
      chart.line("cluster " + k, schedule.times(), schedule.excess(i -> clusters[i] == cluster));
    }
    return chart;
  }

  int count() {
    return Arrays.stream(clusters).max().orElseThrow() + 1;
  }

  /** The first images of each cluster. */
  List<ImageSet> members(int most) {
    return IntStream.range(0, count())
        .mapToObj(
            k -> {
              int[] some =
                  IntStream.range(0, clusters.length)
                      .filter(i -> clusters[i] == k)
                      .limit(most)
                      .toArray();
              return new ImageSet(
                  "cluster " + k,
                  images.shape(),
                  images.levels(),
                  images.copies(some.length, i -> some[i]));
            })
        .toList();
  }
}
