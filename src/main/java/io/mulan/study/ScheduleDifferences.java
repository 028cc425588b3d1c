package io.mulan.study;

import io.mulan.config.DataConfig.View;
import io.mulan.config.ImageShape;
import io.mulan.drawing.Chart;
import io.mulan.drawing.HeatMap;
import io.mulan.drawing.Plot;
import io.mulan.drawing.Plot.NamedPlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Pictures of what a schedule does differently from image to image, or between parts of them. */
final class ScheduleDifferences {
  private static final int COLUMNS = 5;

  private final LearnedNoise noise;
  private final ImageShape shape;
  private final PixelMaps maps;
  private final List<NamedPlot> plots = new ArrayList<>();

  private ScheduleDifferences(LearnedNoise noise) {
    this.noise = noise;
    this.shape = noise.shape();
    this.maps = new PixelMaps(shape, noise.times());
  }

  /**
   * Those that there are.
   *
   * @param view what the first groups are images of
   * @param adaptive whether the schedule goes by the image
   */
  static List<NamedPlot> of(LearnedNoise noise, View view, boolean adaptive) {
    ScheduleDifferences made = new ScheduleDifferences(noise);
    List<PixelRegion> regions = PixelRegion.of(view, made.shape);
    if (regions.size() > 1) {
      made.regions(regions);
    }
    if (adaptive) {
      made.images();
      // The study's own groups come first.
      made.groups(noise.ofGroups().get(0), regions);
      noise.ofGroups().stream()
          .skip(1)
          .forEach(of -> made.groups(of, PixelRegion.of(View.WHOLE, made.shape)));
    }
    return made.plots;
  }

  private void add(String name, String caption, Plot plot) {
    plots.add(new NamedPlot(name, caption, plot));
  }

  private void images() {
    double[][] apart = Quantiles.centred(noise.ofImages());
    String name = "median image, 5% to 95%";
    Chart chart =
        new Chart(
                "γ by image, less the mean of all images",
                SchedulePlots.TIME,
                "mean γ of an image, nats")
            .band(
                name,
                noise.times(),
                Quantiles.of(apart, SchedulePlots.LOW),
                Quantiles.of(apart, SchedulePlots.HIGH))
            .line(name, noise.times(), Quantiles.of(apart, 0.5))
            .line("image 0", noise.times(), Quantiles.column(apart, 0));
    if (apart[0].length > 1) {
      chart.line("image 1", noise.times(), Quantiles.column(apart, 1));
    }
    add(
        "gamma_by_image",
        "How far the schedules of images are apart: what adaptive noise does.",
        chart);
    add(
        "images_map",
        "Where the schedules of images differ: the standard deviation of γ over images.",
        maps.map("Differences between images", SchedulePlots.GAMMA, noise.deviation()));
  }

  private void groups(LearnedNoise.OfGroups of, List<PixelRegion> regions) {
    Chart chart =
        new Chart(
            "σ² by " + of.groups().what() + ", less that of all images",
            SchedulePlots.TIME,
            "mean σ²");
    List<double[][]> apart = new ArrayList<>();
    for (int g = 0; g < of.groups().count(); g++) {
      double[][] differences = minus(of.sigma2()[g], noise.sigma2());
      apart.add(differences);
      for (PixelRegion region : regions) {
        String name = of.groups().names().get(g);
        chart.line(
            region.name().isEmpty() ? name : name + ": " + region.name(),
            noise.times(),
            region.means(differences, shape));
      }
    }
    String file = of.groups().what().replace(' ', '_');
    add("sigma2_by_" + file, "Groups of images above zero get more noise than the others.", chart);
    int most = largest(apart);
    List<HeatMap.Panel> panels = new ArrayList<>();
    for (int g = 0; g < of.groups().count(); g++) {
      panels.addAll(maps.panels(of.groups().names().get(g), apart.get(g)[most]));
    }
    add(
        file + "_map",
        "Where they differ, at the time when they differ most.",
        new HeatMap(
            "σ² by " + of.groups().what() + ", less that of all, " + maps.at(most),
            "σ²",
            HeatMap.Scale.of(panels),
            panels,
            shape.channels() == 1 ? COLUMNS : shape.channels()));
  }

  private static int largest(List<double[][]> differences) {
    int best = 0;
    double most = 0;
    for (double[][] of : differences) {
      for (int k = 0; k < of.length; k++) {
        double squares = Arrays.stream(of[k]).map(v -> v * v).sum();
        if (squares > most) {
          most = squares;
          best = k;
        }
      }
    }
    return best;
  }

  private static double[][] minus(double[][] a, double[][] b) {
    return IntStream.range(0, a.length)
        .mapToObj(
            k -> IntStream.range(0, a[k].length).mapToDouble(j -> a[k][j] - b[k][j]).toArray())
        .toArray(double[][]::new);
  }

  private void regions(List<PixelRegion> regions) {
    Chart chart =
        new Chart("σ² by part of the image", SchedulePlots.TIME, "mean σ² less that of all pixels");
    double[][] apart = Quantiles.centred(noise.sigma2());
    for (PixelRegion region : regions) {
      chart.line(region.name(), noise.times(), region.means(apart, shape));
    }
    add("sigma2_by_region", "What the schedule does differently in the parts of the image.", chart);
  }

  /**
   * Rows of images that a study compares.
   *
   * @param from the first row
   * @param to the one after the last
   */
  record PixelRegion(String name, int from, int to) {

    /** Those that a view distinguishes; the whole image otherwise. */
    static List<PixelRegion> of(View view, ImageShape shape) {
      int middle = shape.height() / 2;
      return switch (view) {
        case INTENSITY ->
            List.of(
                new PixelRegion("upper half", 0, middle),
                new PixelRegion("lower half", middle, shape.height()));
        case FREQUENCY_HALVES, FREQUENCY_BOTH ->
            List.of(
                new PixelRegion("low frequencies", 0, middle),
                new PixelRegion("what they leave", middle, shape.height()));
        default -> List.of(new PixelRegion("", 0, shape.height()));
      };
    }

    /**
     * The mean over the region for each time.
     *
     * @param values [times][n]
     */
    double[] means(double[][] values, ImageShape shape) {
      int row = shape.width() * shape.channels();
      return Arrays.stream(values)
          .mapToDouble(
              at ->
                  IntStream.range(from * row, to * row)
                      .mapToDouble(j -> at[j])
                      .average()
                      .orElseThrow())
          .toArray();
    }
  }
}
