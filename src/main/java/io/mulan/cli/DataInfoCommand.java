package io.mulan.cli;

import io.mulan.config.DataConfig;
import io.mulan.config.RunConfig;
import io.mulan.console.ExitCode;
import io.mulan.console.Text;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.ExactCopies;
import io.mulan.data.PixelEntropy;
import io.mulan.drawing.Pictures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code mulan data info}: what is in a data set; every image is read. */
final class DataInfoCommand implements Command {
  private static final int EXAMPLES = 64;

  @Override
  public String name() {
    return "data info";
  }

  @Override
  public String summary() {
    return "read a data set: counts, shape, levels, classes, copies, entropy, examples";
  }

  @Override
  public String examples() {
    return """
          mulan data info                               the embedded digits
          mulan data info --kind cifar10 --path cifar-10-binary.tar.gz
          mulan data info --kind images --path DIR --set data.fit=crop --set data.height=64 --set data.width=64
          mulan data info --kind tfrecord --path DIR --skip-bad --png examples.png
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(ConfigOptions::model)
        .value("kind", "K", "short for --set data.kind=K")
        .value("path", "PATH", "short for --set data.path=PATH")
        .with(ConfigOptions::reading)
        .value("png", "FILE", "also write some of the images there");
  }

  @Override
  public int run(Arguments given) {
    List<String> settings = new ArrayList<>(ConfigOptions.settings(given, "data", "path", "kind"));
    settings.addAll(ConfigOptions.reading(given));
    RunConfig config = ConfigOptions.read(given, settings);
    given.out().print(report(config.data(), given));
    return ExitCode.OK;
  }

  private String report(DataConfig config, Arguments given) {
    Dataset data = Datasets.open(config);
    log().info("reading {} images...", data.train().count() + data.test().count());
    PixelEntropy entropy = new PixelEntropy(data.train());
    double test = entropy.crossEntropy(data.test());
    StringBuilder text = new StringBuilder(data.name()).append('\n');
    row(text, "training images", Text.count(data.train().count()));
    row(text, "test images", Text.count(data.test().count()));
    row(
        text,
        "split",
        data.officialSplit() ? "its own" : "by data.split_seed " + config.splitSeed());
    row(text, "shape", data.train().shape().toString());
    row(text, "levels", levels(config.levels(), entropy.levels()));
    row(text, "classes", classes(data));
    if (!data.classNames().isEmpty()) {
      row(text, "class numbers", mapping(data.classNames()));
    }
    row(
        text,
        "pixels alone",
        String.format(
            Locale.ROOT,
            "%.4f bits/dim (entropy of independent pixels on the training images: %.4f)",
            test,
            entropy.entropy()));
    row(text, "exact copies", copies(data));
    row(text, "skipped", Text.count(data.skipped()));
    data.notes().forEach(note -> row(text, "passed over", note));
    row(text, "licence", data.licence());
    if (given.has("png")) {
      Path file = given.path("png");
      if (Pictures.shows(data.train().shape())) {
        Pictures.grid(file, data.train().spread(EXAMPLES));
        row(text, "examples", file.toString());
      }
    }
    return text.toString();
  }

  private static void row(StringBuilder text, String name, String value) {
    text.append(String.format("  %-16s %s%n", name, value));
  }

  private static String levels(int levels, long[] counts) {
    int[] seen = IntStream.range(0, levels).filter(v -> counts[v] > 0).toArray();
    return "%d (seen: %d of them, from %d to %d)"
        .formatted(levels, seen.length, seen[0], seen[seen.length - 1]);
  }

  private static String classes(Dataset data) {
    Optional<int[]> labels = data.train().labels();
    if (labels.isEmpty()) {
      return "none";
    }
    int[] counts = new int[Arrays.stream(labels.get()).max().orElseThrow() + 1];
    for (int label : labels.get()) {
      counts[label]++;
    }
    int[] used = Arrays.stream(counts).filter(n -> n > 0).toArray();
    Set<Integer> beyond = data.test().classesBeyond(data.train());
    return "%d (%s to %s training images each)%s"
        .formatted(
            used.length,
            Text.count(Arrays.stream(used).min().orElseThrow()),
            Text.count(Arrays.stream(used).max().orElseThrow()),
            beyond.isEmpty() ? "" : "; only in the test: " + beyond);
  }

  private static String mapping(List<String> names) {
    return IntStream.range(0, names.size())
        .mapToObj(i -> i + " " + names.get(i))
        .collect(Collectors.joining(", "));
  }

  private String copies(Dataset data) {
    ExactCopies copies = ExactCopies.of(data);
    String text =
        "%s of %s test images are training images as well, %s training images repeat another"
            .formatted(
                Text.count(copies.ofTraining()),
                Text.count(data.test().count()),
                Text.count(copies.inTraining()));
    if (copies.ofTraining() > 0) {
      log().warn("{}: {}; test figures are too good", data.name(), text);
    }
    return text;
  }
}
