package io.mulan.results;

import io.mulan.data.ImageSet;
import io.mulan.data.PixelEntropy;
import io.mulan.files.AtomicFile;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.Printable;
import io.mulan.numpy.Npz;
import io.mulan.run.ChosenImages;
import io.mulan.run.Evaluation;
import io.mulan.run.EvaluationReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Images in the order of their bits/dim, the least likely first.
 *
 * <p>A likelihood is high for simple images, whatever they show. What an image takes less what it
 * takes without the model measures how much better the model knows it: less a PNG (Serrà et al.
 * 2020), or less independent pixels, a likelihood ratio (Ren et al. 2019).
 *
 * @param names of the images' files; empty if they have none
 * @param images that are ranked
 * @param test images to compare them with
 */
public record ImageRanking(List<String> names, Scored images, Optional<Scored> test) {

  /** What an image may be ranked by, bits/dim. */
  public enum Score {
    BITS("bits/dim", "bits/dim"),
    LESS_PIXELS("less pixels", "bits/dim less those of independent pixels"),
    LESS_PNG("less PNG", "bits/dim less those of a PNG");

    private final String brief;
    private final String description;

    Score(String brief, String description) {
      this.brief = brief;
      this.description = description;
    }

    /** In a word or two, for the head of a column. */
    public String brief() {
      return brief;
    }

    /** In words. */
    public String description() {
      return description;
    }

    private String column() {
      return this == BITS ? "bits_per_dim" : name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Images with their scores.
   *
   * @param report of the measurement
   * @param scores of each image; without those that need training images or pictures where there
   *     are none
   */
  public record Scored(ImageSet images, EvaluationReport report, Map<Score, double[]> scores) {

    /**
     * Reads what was measured of each image.
     *
     * @param pixels the histograms of the training images, if those are known
     */
    public static Scored of(
        ChosenImages chosen,
        Evaluation evaluation,
        EvaluationReport report,
        Optional<PixelEntropy> pixels) {
      ImageSet images = chosen.chosen();
      double unit = images.shape().size() * Math.log(2);
      double[] bits;
      try (Npz measured = Npz.open(Path.of(evaluation.files() + ".npz"))) {
        bits =
            Arrays.stream(measured.array("total").toDoubles())
                .limit(images.count())
                .map(nats -> nats / unit)
                .toArray();
      }
      Map<Score, double[]> scores = new EnumMap<>(Score.class);
      scores.put(Score.BITS, bits);
      pixels.ifPresent(p -> scores.put(Score.LESS_PIXELS, minus(bits, p.perImage(images))));
      OtherCodecs.pngPerImage(images)
          .ifPresent(png -> scores.put(Score.LESS_PNG, minus(bits, png)));
      return new Scored(images, report, scores);
    }

    private static double[] minus(double[] left, double[] right) {
      return IntStream.range(0, left.length).mapToDouble(i -> left[i] - right[i]).toArray();
    }

    /** The numbers of the images by a score, the highest first. */
    public int[] order(Score score) {
      double[] values = scores.get(score);
      return IntStream.range(0, values.length)
          .boxed()
          .sorted(Comparator.comparingDouble(i -> -values[i]))
          .mapToInt(i -> i)
          .toArray();
    }
  }

  /** What an image is called. */
  public String name(int image) {
    return names.isEmpty() ? "image " + image : Printable.of(names.get(image));
  }

  /** The share of the test images that have a lower score; not a number where there are none. */
  public double testBelow(Score score, int image) {
    double own = images.scores().get(score)[image];
    return test.flatMap(t -> Optional.ofNullable(t.scores().get(score)))
        .map(values -> (double) Arrays.stream(values).filter(v -> v < own).count() / values.length)
        .orElse(Double.NaN);
  }

  /** Writes a line for each image, the least likely first. */
  public void write(Path file) {
    StringBuilder text = new StringBuilder("rank,image,name");
    images.scores().keySet().forEach(s -> text.append(',').append(s.column()));
    if (test.isPresent()) {
      images.scores().keySet().forEach(s -> text.append(",test_below_").append(s.column()));
    }
    int rank = 0;
    for (int image : images.order(Score.BITS)) {
      text.append('\n').append(++rank).append(',').append(image).append(',');
      text.append(quoted(names.isEmpty() ? "" : names.get(image)));
      images.scores().values().forEach(v -> text.append(',').append(v[image]));
      if (test.isPresent()) {
        images.scores().keySet().forEach(s -> text.append(',').append(testBelow(s, image)));
      }
    }
    try {
      AtomicFile.write(file, text.append('\n').toString());
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be written: " + IoReason.of(e), e);
    }
  }

  /** As CSV has a text (RFC 4180). */
  private static String quoted(String name) {
    return name.matches("[^\",\\v]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }
}
