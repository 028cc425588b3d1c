package io.mulan.results;

import io.mulan.compression.CompressedFile;
import io.mulan.compression.ImageCompressor;
import io.mulan.console.Text;
import io.mulan.data.ImageSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a file of compressed images has taken.
 *
 * @param description of the images
 * @param step of the checkpoint
 * @param png bits/dim of the same images as PNG; empty if they cannot be pictures
 * @param xz bits/dim of the same images in one stream of xz
 * @param independent bits/dim of independent pixels; empty if the training images are not known
 */
public record CompressionReport(
    String description,
    ImageSet images,
    CompressedFile.Head head,
    long step,
    ImageCompressor.Result result,
    OptionalDouble png,
    double xz,
    Optional<Double> independent) {

  /** For the eye. */
  public String text() {
    double file = 8.0 * result.bytes();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%nbits/dim of %s, T = %d, %s cells to a deviation, %d stream%s, weights of step %d%n",
            description,
            head.steps(),
            Text.plain(head.cells()),
            head.streams(),
            plural(head.streams()),
            step));
    text.append(row("file", perDim(file), Text.count(result.bytes()) + " bytes"));
    text.append(row("bound", perDim(result.bound()), "of the chain of T steps"));
    text.append(
        row(
            "overhead",
            perDim(file - result.bound()),
            String.format(Locale.ROOT, "%.2f%%", 100 * (file / result.bound() - 1))));
    text.append(
        row(
            "  start",
            perDim(result.start()),
            "%d image%s as independent pixels".formatted(result.plain(), plural(result.plain()))));
    text.append(row("  grid", perDim(result.grid()), "rounding to cells and whole masses"));
    text.append(row("  chance", perDim(result.chance()), "of the noise that was drawn"));
    text.append(row("  head", perDim(result.head()), "and checksums, kinds of groups, full bytes"));
    png.ifPresent(bits -> text.append(row("PNG", bits, "images below one another")));
    text.append(row("xz", xz, "one stream"));
    independent.ifPresent(
        bits -> text.append(row("pixels alone", bits, "histograms of the training images")));
    text.append("time: ").append(time("to write", result.writeSeconds()));
    if (result.readSeconds() > 0) {
      text.append(", ").append(time("to read", result.readSeconds()));
      text.append("; all images came back");
    }
    return text.append('\n').toString();
  }

  private static String plural(int count) {
    return count == 1 ? "" : "s";
  }

  private String time(String what, double seconds) {
    return String.format(
        Locale.ROOT,
        "%.3g s an image %s (%s)",
        seconds / images.count(),
        what,
        Text.duration(seconds));
  }

  private double perDim(double bits) {
    return bits / images.count() / images.shape().size();
  }

  private static String row(String name, double value, String about) {
    return String.format(Locale.ROOT, "  %-14s %8.4f   %s%n", name, value, about);
  }
}
