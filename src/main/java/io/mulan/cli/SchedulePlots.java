package io.mulan.cli;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import io.mulan.report.Chart;
import io.mulan.report.HeatMaps;
import io.mulan.report.NamedPlot;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.StatisticalSummary;
import org.hipparchus.stat.descriptive.StreamingStatistics;

/**
 * Pictures of the learned noise: over time, over the pixels, and how it differs between images. γ
 * is -log of the signal-to-noise ratio ν, in nats.
 */
final class SchedulePlots {
  private static final double LOW = 0.05;
  private static final double HIGH = 0.95;
  private static final int TIMES = 41;
  private static final double TO_DECIBEL = 10 / Math.log(10);
  private static final int BINS = 30;
  private static final int INTERVALS = 20;

  /** Images whose schedules are shown one by one. */
  private static final int SHOWN = 8;

  private final LearnedSchedule schedule;
  private final ImageShape shape;
  private final int images;
  private final List<LearnedSchedule.At> at;
  private final double[] times;

  SchedulePlots(LearnedSchedule schedule) {
    this.schedule = schedule;
    this.shape = schedule.images().shape();
    this.images = schedule.images().count();
    this.times = IntStream.range(0, TIMES).mapToDouble(i -> i / (TIMES - 1.0)).toArray();
    this.at = Arrays.stream(times).mapToObj(schedule::at).toList();
  }

  /** The noise over time and over the pixels. */
  List<NamedPlot> ofAll() {
    List<NamedPlot> plots = new ArrayList<>();
    plots.add(
        new NamedPlot(
            "gamma",
            "γ(t) over the pixels of "
                + images
                + " images: mean of each channel, and the range of nine pixels in ten.",
            overTime("The learned noise", "γ, nats", false, (a, k) -> a.gamma()[k])));
    plots.add(
        new NamedPlot(
            "snr",
            "The signal-to-noise ratio ν = exp(-γ) in decibels, likewise.",
            overTime(
                "Signal-to-noise ratio", "ν, dB", false, (a, k) -> -TO_DECIBEL * a.gamma()[k])));
    plots.add(
        new NamedPlot(
            "rate",
            "How fast the signal-to-noise ratio falls, -dν/dt, which weighs the error at t in the"
                + " bound.",
            overTime(
                "Weight of the error",
                "-dν/dt",
                true,
                (a, k) -> Math.exp(-a.gamma()[k]) * a.rate()[k])));
    plots.add(
        new NamedPlot(
            "sigma2",
            "The variance of the noise, σ² = sigmoid(γ), of each pixel at some times; mean over"
                + " images and channels.",
            maps()));
    plots.add(
        new NamedPlot(
            "histogram",
            "How γ is distributed over pixels and images, at some times.",
            histogram()));
    return plots;
  }

  /** How the noise differs between images, for latents that tell of them. */
  List<NamedPlot> ofImages() {
    List<NamedPlot> plots = new ArrayList<>();
    plots.add(
        new NamedPlot(
            "images",
            "γ at t = 0.5 of single images, less the mean over images, mean over channels.",
            differences()));
    plots.add(
        new NamedPlot(
            "intensity",
            "γ of the darker and the brighter half of the images, less the mean over all.",
            halves("Dark and bright images", "darker", "brighter", brightness())));
    plots.add(
        new NamedPlot(
            "frequency",
            "γ of the smoother half of the images and of the half with more differences between"
                + " neighbouring pixels, less the mean over all.",
            halves("Smooth and busy images", "smoother", "busier", differencesOfNeighbours())));
    return plots;
  }

  /** σ² as a moving picture over t. */
  Iterator<BufferedImage> frames() {
    return at.stream()
        .map(a -> new HeatMaps("Noise of each pixel", "σ²", 1, List.of(sigma2(a)), 0, 1))
        .map(maps -> maps.picture(2))
        .iterator();
  }

  @FunctionalInterface
  private interface Value {
    double of(LearnedSchedule.At at, int index);
  }

  private Chart overTime(String title, String unit, boolean logarithmic, Value value) {
    Chart chart = new Chart(title, "t", unit);
    if (logarithmic) {
      chart.logarithmicY();
    }
    for (int channel = 0; channel < shape.channels(); channel++) {
      int c = channel;
      double[][] sorted = at.stream().map(a -> sorted(a, c, value)).toArray(double[][]::new);
      String name = channelName(channel);
      chart.band(
          name, times, each(sorted, s -> quantile(s, LOW)), each(sorted, s -> quantile(s, HIGH)));
      chart.line(name, times, each(sorted, s -> Arrays.stream(s).average().orElseThrow()));
    }
    return chart;
  }

  private String channelName(int channel) {
    return shape.channels() == 3
        ? List.of("red", "green", "blue").get(channel)
        : "channel " + channel;
  }

  private double[] sorted(LearnedSchedule.At a, int channel, Value value) {
    return IntStream.range(0, a.gamma().length)
        .filter(k -> k % shape.channels() == channel)
        .mapToDouble(k -> value.of(a, k))
        .sorted()
        .toArray();
  }

  @FunctionalInterface
  private interface Statistic {
    double of(double[] sorted);
  }

  private static double[] each(double[][] sorted, Statistic statistic) {
    return Arrays.stream(sorted).mapToDouble(statistic::of).toArray();
  }

  private static double quantile(double[] sorted, double part) {
    return sorted[(int) Math.round(part * (sorted.length - 1))];
  }

  private HeatMaps maps() {
    List<HeatMaps.Map> maps = new ArrayList<>();
    for (int time = 4; time < TIMES; time += 8) {
      maps.add(sigma2(at.get(time)));
    }
    return new HeatMaps("Noise of each pixel", "σ²", 5, maps, 0, 1);
  }

  private HeatMaps.Map sigma2(LearnedSchedule.At a) {
    String label = String.format(Locale.ROOT, "t = %.2f", a.t());
    double[] variance = Arrays.stream(a.gamma()).map(g -> 1 / (1 + Math.exp(-g))).toArray();
    return map(label, mean(variance, i -> true));
  }

  /** Of the mean over channels. */
  private HeatMaps.Map map(String label, double[] pixels) {
    double[] values = new double[shape.height() * shape.width()];
    for (int k = 0; k < pixels.length; k++) {
      values[k / shape.channels()] += pixels[k] / shape.channels();
    }
    return new HeatMaps.Map(label, shape.height(), shape.width(), values);
  }

  /** The mean over the images chosen, for each pixel and channel [n]. */
  private double[] mean(double[] values, IntPredicate chosen) {
    int size = shape.size();
    int[] some = IntStream.range(0, images).filter(chosen).toArray();
    double[] mean = new double[size];
    for (int i : some) {
      for (int k = 0; k < size; k++) {
        mean[k] += values[i * size + k] / some.length;
      }
    }
    return mean;
  }

  /**
   * The integrand of the diffusion term over t, of draws as {@link LearnedSchedule#integrand} makes
   * them: means in intervals of t, and their standard errors.
   */
  NamedPlot integrand(double[][] draws) {
    double unit = 1 / (shape.size() * Math.log(2));
    double[] middles = new double[INTERVALS];
    double[] means = new double[INTERVALS];
    double[] errors = new double[INTERVALS];
    for (int k = 0; k < INTERVALS; k++) {
      int interval = k;
      StatisticalSummary bits =
          IntStream.range(0, draws[0].length)
              .filter(i -> (int) (draws[0][i] * INTERVALS) == interval)
              .mapToDouble(i -> draws[1][i] * unit)
              .collect(
                  StreamingStatistics::new,
                  StreamingStatistics::addValue,
                  (a, b) -> a.aggregate(b));
      middles[k] = (k + 0.5) / INTERVALS;
      means[k] = bits.getMean();
      errors[k] = bits.getStandardDeviation() / Math.sqrt((double) bits.getN());
    }
    Chart chart = new Chart("Where the bound is paid", "t", "bits/dim for each unit of t");
    chart.errors("integrand", middles, means, errors);
    return new NamedPlot(
        "integrand",
        "The integrand of the diffusion term over t, whose area is the term: means over draws in "
            + INTERVALS
            + " intervals, and their standard errors.",
        chart);
  }

  private Chart histogram() {
    LearnedSchedule.At first = at.get(0);
    LearnedSchedule.At last = at.get(TIMES - 1);
    double low = Arrays.stream(first.gamma()).min().orElseThrow();
    double high = Arrays.stream(last.gamma()).max().orElseThrow();
    double width = (high - low) / BINS;
    double[] middles = IntStream.range(0, BINS).mapToDouble(i -> low + (i + 0.5) * width).toArray();
    Chart chart = new Chart("Where γ is at a time", "γ, nats", "part of the pixels");
    for (int time = TIMES / 4; time < TIMES - 1; time += TIMES / 4) {
      double[] parts = new double[BINS];
      double[] gamma = at.get(time).gamma();
      for (double g : gamma) {
        parts[Math.max(0, Math.min(BINS - 1, (int) ((g - low) / width)))] += 1.0 / gamma.length;
      }
      chart.line(String.format(Locale.ROOT, "t = %.2f", times[time]), middles, parts);
    }
    return chart;
  }

  private HeatMaps differences() {
    double[] gamma = at.get(TIMES / 2).gamma();
    double[] mean = mean(gamma, i -> true);
    List<HeatMaps.Map> maps = new ArrayList<>();
    for (int i = 0; i < Math.min(SHOWN, images); i++) {
      int image = i;
      maps.add(map("image " + i, minus(mean(gamma, j -> j == image), mean)));
    }
    return HeatMaps.of("What is particular to an image", "γ, nats", 4, maps);
  }

  private static double[] minus(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(k -> a[k] - b[k]).toArray();
  }

  /** Of two halves of the images, by the rank of some number of each. */
  private Chart halves(String title, String lower, String upper, double[] rank) {
    double[] sorted = rank.clone();
    Arrays.sort(sorted);
    double median = sorted[images / 2];
    Chart chart = new Chart(title, "t", "γ less the mean, nats");
    chart.line(lower, times, excess(i -> rank[i] < median));
    chart.line(upper, times, excess(i -> rank[i] >= median));
    return chart;
  }

  /** How much γ of some images exceeds that of all, mean over pixels, at each time. */
  double[] excess(IntPredicate chosen) {
    return at.stream()
        .mapToDouble(
            a ->
                Arrays.stream(minus(mean(a.gamma(), chosen), mean(a.gamma(), i -> true)))
                    .average()
                    .orElseThrow())
        .toArray();
  }

  double[] times() {
    return times.clone();
  }

  private double[] brightness() {
    return numbers(
        levels ->
            IntStream.range(0, levels.length)
                .mapToDouble(k -> levels[k] & 0xff)
                .average()
                .orElseThrow());
  }

  /** Mean of the squares. */
  private double[] differencesOfNeighbours() {
    int next = shape.channels();
    int row = shape.width() * shape.channels();
    return numbers(
        levels ->
            IntStream.range(0, levels.length)
                .filter(k -> k % row + next < row)
                .mapToDouble(k -> Math.pow((levels[k + next] & 0xff) - (levels[k] & 0xff), 2))
                .average()
                .orElse(0));
  }

  private double[] numbers(ToDoubleFunction<byte[]> number) {
    ImageSet set = schedule.images();
    return IntStream.range(0, images)
        .mapToDouble(i -> number.applyAsDouble(set.copies(1, j -> i)))
        .toArray();
  }
}
