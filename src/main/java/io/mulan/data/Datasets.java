package io.mulan.data;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Release;
import io.mulan.config.DataConfig.View;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.readers.Cifar;
import io.mulan.readers.DownsampledImageNet;
import io.mulan.readers.FoundImages;
import io.mulan.readers.Idx;
import io.mulan.readers.ImageRecords;
import io.mulan.readers.ImageStore;
import io.mulan.readers.NumpyImages;
import io.mulan.readers.PictureFolder;
import io.mulan.readers.PictureShards;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Where a configuration's data set comes from. */
public final class Datasets {
  private static final ImageShape IMAGENET32 = new ImageShape(32, 32, 3);
  private static final ImageShape IMAGENET64 = new ImageShape(64, 64, 3);

  private static final Logger LOG = LogManager.getLogger(Datasets.class);

  /** The training part, in names of sets. */
  private static final String TRAIN = "train";

  private static final String CIFAR_LICENCE =
      "CIFAR, A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009";
  private static final String OWN_LICENCE = "the user's own images; their terms are not stated";

  private Datasets() {}

  /**
   * The image shape and levels: of most kinds without reading anything, of the others from the
   * configuration, or, where that is silent, from the head of a file.
   *
   * @throws ConfigException if files have to be looked at and cannot be read, or embedded images
   *     are asked for in another shape
   */
  public static DataShape shape(DataConfig config) {
    DataShape whole =
        switch (config.kind()) {
          case DIGITS, KINDS -> asEmbedded(config, Digits.SHAPE);
          case PHOTOS -> asEmbedded(config, Photos.SHAPE);
          case CIFAR10, CIFAR100 -> new DataShape(Cifar.SHAPE, config.levels());
          case IMAGENET32 -> new DataShape(IMAGENET32, config.levels());
          case IMAGENET64 -> new DataShape(IMAGENET64, config.levels());
          case IDX, NPZ, NPY, IMAGES, PARQUET, TFRECORD ->
              new DataShape(ownShape(config), config.levels());
        };
    ImageShape padded = PaddedImages.shape(config.pad(), whole.image());
    return new DataShape(ViewedImages.shape(config.view(), padded), whole.levels());
  }

  /** Embedded images are as they are: settings that ask for others are refused, not ignored. */
  private static DataShape asEmbedded(DataConfig config, DataShape shape) {
    String key = config.key();
    if (!config.path().isBlank()) {
      throw new ConfigException(
          ("data.path is %s, but data.kind is %s, which is embedded; set data.kind to what lies"
                  + " there, or leave data.path empty")
              .formatted(config.path(), key));
    }
    checkShape(config, "data.kind " + key, shape.image());
    if (config.grey() && shape.image().channels() > 1) {
      throw new ConfigException(
          "data.grey is true, but the %s are embedded in colour; set it to false".formatted(key));
    }
    return shape;
  }

  private static ImageShape ownShape(DataConfig config) {
    return hasShape(config)
        ? config.shape()
        : find(config, BadInput.quiet(config.skipBad())).shape();
  }

  private static boolean hasShape(DataConfig config) {
    return config.height() > 0 && config.width() > 0 && config.channels() > 0;
  }

  /**
   * The same configuration with what had to be looked up in files: the image shape, names of
   * classes, the release; so that a trained model has them without the files.
   *
   * @throws ConfigException if they cannot be read
   */
  public static DataConfig resolve(DataConfig config) {
    return switch (config.kind()) {
      case DIGITS, KINDS, PHOTOS, CIFAR10, CIFAR100 -> config;
      case IMAGENET32, IMAGENET64 ->
          config.release() == Release.UNKNOWN
              ? config.with(DownsampledImageNet.release(config.path()))
              : config;
      case IDX, NPZ, NPY, IMAGES, PARQUET, TFRECORD -> lookedAt(config);
    };
  }

  /** With what a run keeps of the files: the shape, and which class has which number. */
  private static DataConfig lookedAt(DataConfig config) {
    boolean there = !config.path().isBlank() && Path.of(config.path()).toFile().exists();
    boolean named =
        switch (config.kind()) {
          case IDX, NPZ, NPY -> true; // their classes are numbers
          default -> !config.classNames().isEmpty();
        };
    if (hasShape(config) && (named || !there)) {
      return config;
    }
    FoundImages found = find(config, BadInput.quiet(config.skipBad()));
    return config
        .with(hasShape(config) ? config.shape() : found.shape())
        .withClassNames(config.classNames().isEmpty() ? found.classes() : config.classNames());
  }

  /** The name of a set, with the release where that makes another set of it. */
  private static String name(DataConfig config) {
    return switch (config.release()) {
      case UNKNOWN -> config.key();
      case FIRST -> config.key() + ", first release (2016)";
      case ANTIALIASED -> config.key() + ", release of 2017 with anti-aliasing";
    };
  }

  /** One line that names the source and its terms. */
  public static String licence(DataConfig config) {
    return switch (config.kind()) {
      case DIGITS, KINDS -> Digits.LICENCE;
      case PHOTOS -> Photos.LICENCE;
      case CIFAR10, CIFAR100 -> CIFAR_LICENCE;
      case IMAGENET32, IMAGENET64 -> DownsampledImageNet.licence(config.release());
      case IDX, NPZ, NPY, IMAGES, PARQUET, TFRECORD -> OWN_LICENCE;
    };
  }

  /**
   * Opens the data set. Embedded ones are read; of files the heads, and with {@code data.skip_bad}
   * every image, to know which to leave out.
   *
   * @throws ConfigException naming the file, if one cannot be read or is not what it should be, or
   *     {@code data.levels} is not the number of levels of the set
   */
  public static Dataset open(DataConfig config) {
    return switch (config.kind()) {
      case DIGITS -> embedded(config, Digits.read());
      case KINDS -> embedded(config, Digits.kinds());
      case PHOTOS -> embedded(config, Photos.read());
      default -> files(config);
    };
  }

  private static Dataset embedded(DataConfig config, Dataset set) {
    int levels = set.train().levels();
    asEmbedded(config, new DataShape(set.train().shape(), levels));
    if (config.levels() != levels) {
      throw new ConfigException(
          "data.levels is %d, but the %s have %d levels; set data.levels to %d"
              .formatted(config.levels(), config.key(), levels, levels));
    }
    if (config.view() == View.WHOLE
        && config.pad() == 0
        && !config.flip()
        && config.conditions() == 0) {
      return set;
    }
    return new Dataset(
        set.name(),
        set.train().seen(config, true).requireClasses(),
        set.test().seen(config, false).requireClasses(),
        set.licence());
  }

  private static Dataset files(DataConfig config) {
    BadInput bad = new BadInput(config.skipBad());
    FoundImages found = find(config, bad);
    found.notes().forEach(note -> LOG.warn("{}: passed over: {}", config.path(), note));
    ImageShape shape = found.shape();
    checkShape(config, config.path(), shape);
    ImageStore train = readable(found.train(), shape, bad);
    ImageStore test = found.test() == null ? null : readable(found.test(), shape, bad);
    bad.log(config.key(), train.count() + (test == null ? 0 : test.count()));
    boolean official = test != null;
    if (!official) {
      Split split = Split.of(config, train, shape);
      train = split.train();
      test = split.test();
    }
    train = PaddedImages.of(train, config.pad(), shape);
    test = PaddedImages.of(test, config.pad(), shape);
    shape = PaddedImages.shape(config.pad(), shape);
    View view = config.view();
    int classes = ViewedImages.classes(train, view);
    ImageSet learned =
        set(config, TRAIN, shape, ViewedImages.of(train, view, shape, config.levels(), classes));
    ImageSet tested =
        set(config, "test", shape, ViewedImages.of(test, view, shape, config.levels(), classes));
    if (config.classes() > 0) {
      requireKnownClasses(config, learned, tested, official);
    }
    return new Dataset(
        name(config),
        learned,
        tested,
        official,
        bad.count(),
        found.classes(),
        found.notes(),
        licence(config));
  }

  /** Nothing is learned of a class that no training image has. */
  private static void requireKnownClasses(
      DataConfig config, ImageSet train, ImageSet test, boolean official) {
    Set<Integer> unknown = test.classesBeyond(train);
    if (unknown.isEmpty()) {
      return;
    }
    String what =
        "%s: no training image is of %s %s, but test images are"
            .formatted(
                config.path(),
                unknown.size() == 1 ? "class" : "the classes",
                unknown.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    if (official) {
      throw new ConfigException(what + "; leave those out, or number the classes alike");
    }
    LOG.warn("{}; another data.split_seed may split them otherwise", what);
  }

  private static ImageSet set(DataConfig config, String part, ImageShape shape, ImageStore images) {
    String name = config.key() + " " + part;
    if (images.count() == 0) {
      throw new ConfigException(
          "%s has no %s images; name another data.path".formatted(config.path(), part));
    }
    ImageShape seen = ViewedImages.shape(config.view(), shape);
    return new ImageSet(
            name,
            seen,
            config.levels(),
            images,
            (long) config.window() << 20,
            part.equals(TRAIN) ? Augmentation.of(config, seen) : Augmentation.NONE,
            Conditions.of(config))
        .requireClasses();
  }

  private static ImageStore readable(ImageStore images, ImageShape shape, BadInput bad) {
    return bad.skipped() ? ImageSubset.readable(images, shape.size(), bad) : images;
  }

  private static void checkShape(DataConfig config, String where, ImageShape found) {
    boolean other =
        (config.height() > 0 && config.height() != found.height())
            || (config.width() > 0 && config.width() != found.width())
            || (config.channels() > 0 && config.channels() != found.channels());
    if (other) {
      throw new ConfigException(
          "%s has images of %s, but data.height, data.width and data.channels are %d, %d and %d;"
              .concat(" set them to 0")
              .formatted(where, found, config.height(), config.width(), config.channels()));
    }
  }

  /** The only place that chooses a reader. */
  private static FoundImages find(DataConfig config, BadInput bad) {
    requirePath(config);
    return switch (config.kind()) {
      case CIFAR10, CIFAR100 -> Cifar.find(config, bad);
      case IDX -> Idx.find(config, bad);
      case NPZ, NPY -> NumpyImages.find(config, bad);
      case IMAGES -> PictureFolder.find(config, bad);
      case PARQUET -> PictureShards.find(config, PictureShards.Format.PARQUET, bad);
      case IMAGENET32 -> DownsampledImageNet.find(config, IMAGENET32, bad);
      case IMAGENET64 -> DownsampledImageNet.find(config, IMAGENET64, bad);
      case TFRECORD -> ImageRecords.find(config, bad);
      case DIGITS, KINDS, PHOTOS -> throw new IllegalArgumentException(config.key());
    };
  }

  private static void requirePath(DataConfig config) {
    if (config.path().isBlank()) {
      throw new ConfigException(
          ("data.kind is %s, but data.path is empty; set it to where the files lie (mulan data"
                  + " fetch), or see the model alone with --dry-run")
              .formatted(config.key()));
    }
    try {
      if (!Path.of(config.path()).toFile().exists()) {
        throw new ConfigException(
            "data.path is %s, which is not there; set it to where the files lie"
                .formatted(config.path()));
      }
    } catch (InvalidPathException e) {
      throw new ConfigException("data.path '" + config.path() + "' is not a path", e);
    }
  }

  /** What is known of a data set before its images are read: their shape and levels. */
  public record DataShape(ImageShape image, int levels) {}
}
