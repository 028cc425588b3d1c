package io.mulan.study;

import io.mulan.data.ImageSet;
import io.mulan.drawing.Chart;
import io.mulan.drawing.ImageGrid;
import io.mulan.drawing.Plot;
import io.mulan.drawing.Plot.NamedPlot;
import io.mulan.likelihood.LatentUse;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where a model puts images: the expectations of their latents.
 *
 * @param means E[c|x] [images][m]
 * @param shares of the prior's variance that the expectation of each component has over images;
 *     empty if there is no latent
 * @param clusters of the means; empty if there is nothing to see
 */
record LatentSpace(
    ImageSet images, double[][] means, double[] shares, Optional<Clusters> clusters) {
  private static final int CLUSTERS = 6;
  private static final int MEMBERS = 12;
  private static final double PERPLEXITY = 20;
  private static final int STEPS = 600;

  /** Fewer images have nothing to be near to. */
  private static final int FEWEST = 10;

  /**
   * The latent space of images.
   *
   * @param means E[c|x], one image after the other
   * @param priorVariance of each component; zero if there is no latent
   */
  static LatentSpace of(ImageSet images, List<float[]> means, double priorVariance) {
    double[] shares = priorVariance > 0 ? LatentUse.shares(means, priorVariance) : new double[0];
    double[][] rows = means.stream().map(LatentSpace::doubles).toArray(double[][]::new);
    boolean used = LatentUse.inUse(shares) > 0 && images.count() >= FEWEST;
    return new LatentSpace(
        images, rows, shares, used ? Optional.of(Clusters.of(rows, CLUSTERS)) : Optional.empty());
  }

  private static double[] doubles(float[] row) {
    return IntStream.range(0, row.length).mapToDouble(k -> row[k]).toArray();
  }

  /** How many components depend on the image. */
  int inUse() {
    return LatentUse.inUse(shares);
  }

  /** Whether there is something to see. */
  boolean isUsed() {
    return clusters.isPresent();
  }

  /** Why there is nothing to see. */
  String nothing() {
    if (shares.length == 0) {
      return "the model has no latent";
    }
    return inUse() == 0
        ? "the latent does not depend on these images (0 of "
            + shares.length
            + " components in use)"
        : images.count() + " images are too few for a latent space; take " + FEWEST + " or more";
  }

  /** The images by cluster of their latents, if these depend on them. */
  Optional<ImageGroups> groups() {
    return clusters.map(of -> new ImageGroups("latent", names(of), of.ofPoints()));
  }

  private static List<String> names(Clusters found) {
    return IntStream.rangeClosed(1, found.members().size()).mapToObj(i -> "cluster " + i).toList();
  }

  /** Its pictures; none if it does not depend on the images. */
  List<NamedPlot> plots() {
    return clusters.map(this::plots).orElse(List.of());
  }

  private List<NamedPlot> plots(Clusters found) {
    List<NamedPlot> plots = new ArrayList<>();
    if (ImageGrid.shows(images.shape())) {
      plots.addAll(marked(found));
    }
    plots.add(components());
    return plots;
  }

  /** Those with images as marks. */
  private List<NamedPlot> marked(Clusters found) {
    List<NamedPlot> plots = new ArrayList<>();
    Projection seen = Projection.of(means);
    plots.add(
        new NamedPlot(
            "latent_pca",
            "The two directions in which E[c|x] spreads most; frames: clusters.",
            new ImageMap(
                "Latents of images: principal components",
                axis("first", seen.shares()[0]),
                axis("second", seen.shares()[1]),
                images,
                seen.points(),
                found.ofPoints())));
    TSne embedded = TSne.of(means, PERPLEXITY, STEPS);
    plots.add(
        new NamedPlot(
            "latent_tsne",
            "Images whose E[c|x] are near each other are near each other; distances between groups "
                + "mean nothing. Frames: clusters.",
            new ImageMap(
                "Latents of images: t-SNE",
                "first coordinate, arbitrary units",
                "second coordinate, arbitrary units",
                images,
                embedded.points(),
                found.ofPoints())));
    plots.add(
        new NamedPlot(
            "latent_clusters",
            "k-means clusters of E[c|x], with the images nearest to each centre.",
            new ImagePlot("Clusters of latents", members(found))));
    return plots;
  }

  private static String axis(String which, double share) {
    return String.format(
        Locale.ROOT, "%s component of E[c|x] (%.0f%% of the variance)", which, 100 * share);
  }

  private BufferedImage members(Clusters found) {
    List<ImageSet> rows = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (int k = 0; k < found.members().size(); k++) {
      int[] members = found.members().get(k);
      rows.add(images.chosen(Arrays.copyOf(members, Math.min(MEMBERS, members.length))));
      labels.add(names(found).get(k) + " (" + members.length + " images)");
    }
    return ImageGrid.rows(rows, labels);
  }

  private NamedPlot components() {
    double[] numbers = IntStream.range(0, shares.length).mapToDouble(k -> k).toArray();
    double[] sorted = Arrays.stream(shares).map(s -> -s).sorted().map(s -> -s).toArray();
    double[] least = new double[shares.length];
    Arrays.fill(least, LatentUse.SMALLEST_SHARE);
    return new NamedPlot(
        "latent_components",
        "The variance of each component of E[c|x] over images, as a share of that under the prior: "
            + inUse()
            + " of "
            + shares.length
            + " are above the line and count as in use.",
        new Chart(
                "Components of the latent in use",
                "component, the most used first",
                "share of the prior's variance")
            .points("E[c|x]", numbers, sorted)
            .line("in use from here", numbers, least));
  }

  /** A picture of pixels as a plot: a point for each. */
  public record ImagePlot(String title, BufferedImage image) implements Plot {
    @Override
    public int width() {
      return image.getWidth();
    }

    @Override
    public int height() {
      return image.getHeight();
    }

    @Override
    public void paint(Graphics2D graphics) {
      graphics.drawImage(image, 0, 0, null);
    }
  }
}
