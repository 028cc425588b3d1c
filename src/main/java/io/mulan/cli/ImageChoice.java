package io.mulan.cli;

import io.mulan.config.DataConfig;
import io.mulan.console.Text;
import io.mulan.data.DataIdentity;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.ImageFiles;
import io.mulan.data.ImageSet;
import io.mulan.files.ConfigException;
import io.mulan.run.ChosenImages;
import io.mulan.run.TrainedRun;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The options that say which images a command is about. */
final class ImageChoice {
  private static final Logger LOG = LogManager.getLogger(ImageChoice.class);

  enum Split {
    TEST,
    TRAIN
  }

  private ImageChoice() {}

  static OptionList options(OptionList options) {
    return options
        .value("split", Arguments.names(Split.class), "images of the run's own data (test)")
        .value("images", "PATH", "others: a picture, a folder of pictures, an npy or npz file")
        .value(
            Arguments.CLASS,
            "N|FILE",
            "of all, or an npy or npz file of labels (those next to images in the npz)")
        .value("limit", "N", "the first N images only");
  }

  static ChosenImages read(Arguments given, TrainedRun run) {
    return read(given, run, Integer.MAX_VALUE);
  }

  /**
   * What the options of {@link #options} say.
   *
   * @param most how many images are taken by default
   */
  static ChosenImages read(Arguments given, TrainedRun run, int most) {
    int limit = given.count("limit", most, 1);
    if (given.has("images")) {
      given.refuse("split", "is of the run's own data: leave it or --images out");
      Path path = given.path("images");
      ImageSet images = read(path, run, given);
      int count = Math.min(limit, images.count());
      Map<String, String> options = new LinkedHashMap<>(Map.of("images", path.toString()));
      String classes = "";
      if (given.has(Arguments.CLASS)) {
        options.put(Arguments.CLASS, given.text(Arguments.CLASS));
        classes = ", --class " + given.text(Arguments.CLASS);
      }
      String description = count + " images of " + path + classes;
      return new ChosenImages("images", description, options, images, count);
    }
    given.refuse(Arguments.CLASS, "is of --images; images of the run's data have their own");
    return ofData(given.choice("split", Split.TEST, Split.class), limit, run);
  }

  /**
   * Images of the run's own data.
   *
   * @param limit how many at most
   */
  static ChosenImages ofData(Split split, int limit, TrainedRun run) {
    Dataset data = Datasets.open(run.config().data());
    ImageSet images = split == Split.TEST ? data.test() : data.train();
    int count = Math.min(limit, images.count());
    String which = split == Split.TEST ? "test" : "training";
    String all = count == images.count() ? "the " : "the first " + count + " ";
    return new ChosenImages(
        Text.name(split),
        all + which + " images of " + data.name() + otherData(run, data),
        split == Split.TEST ? Map.of() : Map.of("split", Text.name(split)),
        images,
        count);
  }

  /** What is to be said where the data are not those of the training. */
  private static String otherData(TrainedRun run, Dataset data) {
    Optional<String> difference = run.data().flatMap(d -> d.difference(DataIdentity.of(data)));
    difference.ifPresent(what -> LOG.warn("{} was trained on other data ({})", run.path(), what));
    return difference.map(what -> ", not the data of the training (" + what + ")").orElse("");
  }

  /** All images of {@code test}, {@code train} or a path. */
  static ImageSet named(String name, Arguments given, TrainedRun run) {
    return switch (name) {
      case "test" -> Datasets.open(run.config().data()).test();
      case "train" -> Datasets.open(run.config().data()).train();
      default -> read(given.typed(name), run);
    };
  }

  private static ImageSet read(Path path, TrainedRun run) {
    ImageSet images = unlabelled(path, run);
    DataConfig data = run.config().data();
    boolean labels = data.classes() > 0 && ImageFiles.hasLabels(path);
    return (labels ? ImageFiles.labelled(images, path) : images).conditioned(data);
  }

  /** The same with the classes that {@code --class} says, if it says any. */
  private static ImageSet read(Path path, TrainedRun run, Arguments given) {
    DataConfig data = run.config().data();
    String said = given.text(Arguments.CLASS, "");
    if (data.classes() > 0 && (said.endsWith(".npy") || said.endsWith(".npz"))) {
      return ImageFiles.labelled(unlabelled(path, run), given.typed(said)).conditioned(data);
    }
    int label = given.label(data);
    ImageSet images =
        label < 0 ? read(path, run) : unlabelled(path, run).labelled(label).conditioned(data);
    if (data.classes() > 0 && images.labels().isEmpty()) {
      throw new ConfigException(
          path
              + " has no classes, and the model is conditioned on them (data.classes); give --class N or FILE");
    }
    return images;
  }

  private static ImageSet unlabelled(Path path, TrainedRun run) {
    return ImageFiles.read(path, run.image(), run.config().data());
  }
}
