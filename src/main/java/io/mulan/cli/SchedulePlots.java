package io.mulan.cli;

import io.mulan.config.DataConfig.View;
import io.mulan.config.ImageShape;
import io.mulan.report.Chart;
import io.mulan.report.HeatMap;
import io.mulan.report.NamedPlot;
import io.mulan.report.Plot;
import io.mulan.sampling.LearnedNoise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/** Pictures of a schedule that was learned. */
final class SchedulePlots {
  private static final String TIME = "t, from image (0) to noise (1)";
  private static final String GAMMA = "γ, nats";
  private static final double LOW = 0.05;
  private static final double HIGH = 0.95;

  /** Of the range of γ: less is rounding. */
  private static final double SAME = 1e-6;

  private static final List<Double> SHOWN = List.of(0.1, 0.3, 0.5, 0.7, 0.9);
  private static final List<Double> IN_HISTOGRAM = List.of(0.1, 0.5, 0.9);
  private static final int BINS = 40;

  private final LearnedNoise noise;
  private final ImageShape shape;
  private final double[][] relative;
  private final List<NamedPlot> plots = new ArrayList<>();

  private SchedulePlots(LearnedNoise noise) {
    this.noise = noise;
    this.shape = noise.shape();
    this.relative = Quantiles.centred(noise.gamma());
  }

  /**
   * Everything that can be shown of a schedule.
   *
   * @param view what the first groups are images of
   * @param adaptive whether it differs from image to image
   */
  static List<NamedPlot> of(LearnedNoise noise, View view, boolean adaptive) {
    SchedulePlots made = new SchedulePlots(noise);
    made.curves();
    if (made.multivariate()) {
      made.pixels();
    }
    if (adaptive) {
      made.images();
      for (LearnedNoise.OfGroups of : noise.ofGroups()) {
        boolean study = of.equals(noise.ofGroups().get(0));
        made.groups(of, PixelRegion.of(study ? view : View.WHOLE, made.shape));
      }
    } else if (PixelRegion.of(view, made.shape).size() > 1) {
      made.regions(PixelRegion.of(view, made.shape));
    }
    return made.plots;
  }

  /** Whether pixels have schedules of their own. */
  private boolean multivariate() {
    return multivariate(noise);
  }

  static boolean multivariate(LearnedNoise noise) {
    double largest =
        Arrays.stream(Quantiles.centred(noise.gamma()))
            .flatMapToDouble(Arrays::stream)
            .map(Math::abs)
            .max()
            .orElse(0);
    double[] last = noise.gamma()[noise.gamma().length - 1];
    return largest > SAME * (last[0] - noise.gamma()[0][0]);
  }

  private void add(String name, String caption, Plot plot) {
    plots.add(new NamedPlot(name, caption, plot));
  }

  private void curves() {
    add(
        "gamma",
        "γ = -log(α²/σ²) of pixels, averaged over images: the steeper, the more of the bound is "
            + "integrated there.",
        pixelChart("Noise level γ by pixel", GAMMA, noise.gamma(), false));
    add(
        "snr",
        "The signal-to-noise ratio ν = α²/σ² = exp(-γ) of pixels.",
        pixelChart(
            "Signal-to-noise ratio by pixel", "ν = α²/σ²", with((g, r) -> Math.exp(-g)), true));
    add(
        "dnu_dt",
        "How fast the signal-to-noise ratio of pixels falls.",
        pixelChart(
            "Fall of the signal-to-noise ratio by pixel",
            "-dν/dt, per unit of t",
            with((g, r) -> Math.exp(-g) * r),
            true));
  }

  /** A function of γ and dγ/dt [times][n]. */
  private double[][] with(DoubleBinaryOperator f) {
    return IntStream.range(0, noise.times().length)
        .mapToObj(
            k ->
                IntStream.range(0, shape.size())
                    .mapToDouble(j -> f.applyAsDouble(noise.gamma()[k][j], noise.rate()[k][j]))
                    .toArray())
        .toArray(double[][]::new);
  }

  private Chart pixelChart(String title, String unit, double[][] values, boolean logarithmic) {
    Chart chart = new Chart(title, TIME, unit);
    if (logarithmic) {
      chart.logarithmicY();
    }
    if (!multivariate()) {
      return chart.line("all pixels", noise.times(), Quantiles.column(values, 0));
    }
    String all = "median pixel, 5% to 95%";
    chart.band(all, noise.times(), Quantiles.of(values, LOW), Quantiles.of(values, HIGH));
    chart.line(all, noise.times(), Quantiles.of(values, 0.5));
    chosen().forEach((name, j) -> chart.line(name, noise.times(), Quantiles.column(values, j)));
    return chart;
  }

  /** Some pixels by name. */
  private Map<String, Integer> chosen() {
    double[] mean = new double[shape.size()];
    for (double[] row : relative) {
      for (int j = 0; j < mean.length; j++) {
        mean[j] += row[j];
      }
    }
    int clear = 0;
    int noisy = 0;
    for (int j = 0; j < mean.length; j++) {
      clear = mean[j] < mean[clear] ? j : clear;
      noisy = mean[j] > mean[noisy] ? j : noisy;
    }
    Map<String, Integer> chosen = new LinkedHashMap<>();
    chosen.put("least noise: " + place(clear), clear);
    chosen.put("most noise: " + place(noisy), noisy);
    int centre = (shape.height() / 2 * shape.width() + shape.width() / 2) * shape.channels();
    chosen.put("centre: " + place(centre), centre);
    chosen.put("corner: " + place(0), 0);
    return chosen;
  }

  private String place(int j) {
    int pixel = j / shape.channels();
    String at = "row " + pixel / shape.width() + ", column " + pixel % shape.width();
    return shape.channels() == 1 ? at : at + ", " + channel(j % shape.channels());
  }

  private String channel(int channel) {
    return shape.channels() == 3
        ? List.of("red", "green", "blue").get(channel)
        : "channel " + channel;
  }

  private void pixels() {
    add(
        "gamma_by_pixel",
        "The same less the mean over all pixels: what is left is what a schedule for all pixels "
            + "can't do.",
        pixelChart("γ by pixel, less the mean of all pixels", GAMMA, relative, false));
    if (shape.channels() > 1) {
      channels();
    }
    histogram();
    add(
        "sigma2_map",
        "The variance σ² of the noise in each pixel, averaged over images.",
        map("Variance of the noise", "σ²", noise.sigma2(), new HeatMap.Scale(0, 1)));
    add(
        "gamma_map",
        "γ of each pixel less the mean of all pixels at that t: above zero is noisier than the rest.",
        map("γ less the mean of all pixels", GAMMA, relative, null));
  }

  private void channels() {
    Chart chart = new Chart("γ by channel, less the mean of all pixels", TIME, GAMMA);
    for (int c = 0; c < shape.channels(); c++) {
      int channel = c;
      double[][] its =
          Arrays.stream(relative)
              .map(
                  row ->
                      IntStream.range(0, row.length)
                          .filter(j -> j % shape.channels() == channel)
                          .mapToDouble(j -> row[j])
                          .toArray())
              .toArray(double[][]::new);
      chart.band(channel(c), noise.times(), Quantiles.of(its, LOW), Quantiles.of(its, HIGH));
      chart.line(channel(c), noise.times(), Quantiles.means(its));
    }
    add(
        "gamma_by_channel",
        "The mean of each channel, and where 5% to 95% of its pixels are.",
        chart);
  }

  private void histogram() {
    Chart chart =
        new Chart(
            "How many pixels have which noise", "γ less the mean of all pixels, nats", "pixels");
    double most =
        IN_HISTOGRAM.stream()
            .flatMapToDouble(t -> Arrays.stream(relative[index(t)]))
            .map(Math::abs)
            .max()
            .orElseThrow();
    double[] edges =
        IntStream.rangeClosed(0, BINS).mapToDouble(i -> most * (2.0 * i / BINS - 1)).toArray();
    IN_HISTOGRAM.forEach(t -> chart.histogram(at(t), relative[index(t)], edges));
    add("gamma_histogram", "The pixels (of every channel) at some times.", chart);
  }

  /** The computed time nearest to t. */
  private int index(double t) {
    return (int) Math.round(t * (noise.times().length - 1));
  }

  private static String at(double t) {
    return String.format(Locale.ROOT, "t = %.2f", t);
  }

  /** Maps of all channels at some times. */
  private HeatMap map(String title, String unit, double[][] values, HeatMap.Scale scale) {
    List<HeatMap.Panel> panels = new ArrayList<>();
    for (int c = 0; c < shape.channels(); c++) {
      for (double t : SHOWN) {
        panels.add(panel(at(noise.times()[index(t)]), values[index(t)], c));
      }
    }
    return new HeatMap(
        title, unit, scale == null ? HeatMap.Scale.of(panels) : scale, panels, SHOWN.size());
  }

  /** A channel of n values as a matrix. */
  private HeatMap.Panel panel(String heading, double[] values, int channel) {
    double[][] matrix = new double[shape.height()][shape.width()];
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        matrix[y][x] = values[(y * shape.width() + x) * shape.channels() + channel];
      }
    }
    String of = shape.channels() == 1 ? "" : ", " + channel(channel);
    return new HeatMap.Panel(heading + of, matrix);
  }

  /** A map of σ² for each time, one after the other. */
  static List<Plot> frames(LearnedNoise noise) {
    SchedulePlots made = new SchedulePlots(noise);
    HeatMap.Scale scale =
        HeatMap.Scale.of(Arrays.stream(made.relative).map(r -> made.panel("", r, 0)).toList());
    return IntStream.range(0, noise.times().length)
        .<Plot>mapToObj(
            k ->
                new HeatMap(
                    "γ less its mean, " + at(noise.times()[k]),
                    GAMMA,
                    scale,
                    IntStream.range(0, made.shape.channels())
                        .mapToObj(c -> made.panel("", made.relative[k], c))
                        .toList(),
                    made.shape.channels()))
        .toList();
  }

  private void images() {
    double[][] apart = Quantiles.centred(noise.ofImages());
    String name = "median image, 5% to 95%";
    Chart chart =
        new Chart("γ by image, less the mean of all images", TIME, "mean γ of an image, nats")
            .band(name, noise.times(), Quantiles.of(apart, LOW), Quantiles.of(apart, HIGH))
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
        map("Differences between images", GAMMA, noise.deviation(), null));
  }

  private void groups(LearnedNoise.OfGroups of, List<PixelRegion> regions) {
    Chart chart =
        new Chart("σ² by " + of.groups().what() + ", less that of all images", TIME, "mean σ²");
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
      for (int c = 0; c < shape.channels(); c++) {
        panels.add(panel(of.groups().names().get(g), apart.get(g)[most], c));
      }
    }
    add(
        file + "_map",
        "Where they differ, at the time when they differ most.",
        new HeatMap(
            "σ² by " + of.groups().what() + ", less that of all, " + at(noise.times()[most]),
            "σ²",
            HeatMap.Scale.of(panels),
            panels,
            SHOWN.size()));
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
    Chart chart = new Chart("σ² by part of the image", TIME, "mean σ² less that of all pixels");
    double[][] apart = Quantiles.centred(noise.sigma2());
    for (PixelRegion region : regions) {
      chart.line(region.name(), noise.times(), region.means(apart, shape));
    }
    add("sigma2_by_region", "What the schedule does differently in the parts of the image.", chart);
  }
}
