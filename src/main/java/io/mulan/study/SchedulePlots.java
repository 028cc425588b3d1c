package io.mulan.study;

import io.mulan.config.ImageShape;
import io.mulan.drawing.Chart;
import io.mulan.drawing.HeatMap;
import io.mulan.drawing.Plot;
import io.mulan.drawing.Plot.NamedPlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Pictures of a schedule that was learned. */
final class SchedulePlots {
  static final String TIME = "t, from image (0) to noise (1)";
  static final String GAMMA = "γ, nats";
  static final double LOW = 0.05;
  static final double HIGH = 0.95;

  /** Of the range of γ: less is rounding. */
  private static final double SAME = 1e-6;

  private static final List<Double> IN_HISTOGRAM = List.of(0.1, 0.5, 0.9);
  private static final int BINS = 40;

  private final LearnedNoise noise;
  private final ImageShape shape;
  private final PixelMaps maps;
  private final double[][] relative;

  /** Whether pixels have schedules of their own. */
  private final boolean multivariate;

  private final List<NamedPlot> plots = new ArrayList<>();

  private SchedulePlots(LearnedNoise noise) {
    this.noise = noise;
    this.shape = noise.shape();
    this.maps = new PixelMaps(shape, noise.times());
    this.relative = Quantiles.centred(noise.gamma());
    this.multivariate = multivariate(noise, relative);
  }

  /** A schedule's curves, and what it does differently from pixel to pixel. */
  static List<NamedPlot> of(LearnedNoise noise) {
    SchedulePlots made = new SchedulePlots(noise);
    made.curves();
    if (made.multivariate) {
      made.pixels();
    }
    return made.plots;
  }

  /** Whether pixels have schedules of their own. */
  static boolean multivariate(LearnedNoise noise) {
    return multivariate(noise, Quantiles.centred(noise.gamma()));
  }

  private static boolean multivariate(LearnedNoise noise, double[][] relative) {
    double largest =
        Arrays.stream(relative).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
    double[] last = noise.gamma()[noise.gamma().length - 1];
    return largest > SAME * (last[0] - noise.gamma()[0][0]);
  }

  private void add(String name, String caption, Plot plot) {
    plots.add(new NamedPlot(name, caption, plot));
  }

  private void curves() {
    add(
        "gamma",
        "γ = -log(α²/σ²) of pixels, averaged over images: from hardly any noise to hardly any signal.",
        pixelChart("Noise level γ by pixel", GAMMA, noise.gamma(), false));
    add(
        "snr",
        "The signal-to-noise ratio ν = α²/σ² = exp(-γ) of pixels, at their mean γ over images.",
        pixelChart(
            "Signal-to-noise ratio by pixel", "ν = α²/σ²", with((g, r) -> Math.exp(-g)), true));
    add(
        "dnu_dt",
        "How fast the signal-to-noise ratio of pixels falls, at their mean γ and dγ/dt over images.",
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
    if (!multivariate) {
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
    return shape.channels() == 1 ? at : at + ", " + maps.channel(j % shape.channels());
  }

  private void pixels() {
    add(
        "gamma_by_pixel",
        "The same less the mean over all pixels: what is left is what a schedule for all pixels "
            + "cannot do.",
        pixelChart("γ by pixel, less the mean of all pixels", GAMMA, relative, false));
    if (shape.channels() > 1) {
      channels();
    }
    histogram();
    add(
        "sigma2_map",
        "The variance σ² of the noise in each pixel, averaged over images.",
        maps.map("Variance of the noise", "σ²", noise.sigma2(), new HeatMap.Scale(0, 1)));
    add(
        "gamma_map",
        "γ of each pixel less the mean of all pixels at that t: above zero is noisier than the rest.",
        maps.map("γ less the mean of all pixels", GAMMA, relative));
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
      chart.band(maps.channel(c), noise.times(), Quantiles.of(its, LOW), Quantiles.of(its, HIGH));
      chart.line(maps.channel(c), noise.times(), Quantiles.means(its));
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
            .flatMapToDouble(t -> Arrays.stream(relative[maps.index(t)]))
            .map(Math::abs)
            .max()
            .orElseThrow();
    double[] edges =
        IntStream.rangeClosed(0, BINS).mapToDouble(i -> most * (2.0 * i / BINS - 1)).toArray();
    IN_HISTOGRAM.forEach(
        t -> chart.histogram(maps.at(maps.index(t)), relative[maps.index(t)], edges));
    add("gamma_histogram", "The pixels (of every channel) at some times.", chart);
  }

  /** A map of γ for each time, in colours of one scale. */
  static Stream<HeatMap> frames(LearnedNoise noise) {
    SchedulePlots made = new SchedulePlots(noise);
    HeatMap.Scale scale =
        HeatMap.Scale.of(
            Arrays.stream(made.relative).flatMap(r -> made.maps.panels("", r).stream()).toList());
    return IntStream.range(0, noise.times().length).mapToObj(k -> made.frame(k, scale));
  }

  private HeatMap frame(int k, HeatMap.Scale scale) {
    return new HeatMap(
        "γ less its mean, " + maps.at(k),
        GAMMA,
        scale,
        maps.panels("", relative[k]),
        shape.channels());
  }
}
