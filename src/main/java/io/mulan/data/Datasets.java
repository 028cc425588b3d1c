package io.mulan.data;

import io.mulan.config.ConfigException;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import java.util.Locale;

/** Where a configuration's data set comes from. */
public final class Datasets {
  private static final DataShape CIFAR10 = new DataShape(new ImageShape(32, 32, 3), 256, 50_000);
  private static final DataShape IMAGENET32 =
      new DataShape(new ImageShape(32, 32, 3), 256, 1_281_149);

  private Datasets() {}

  /** The image shape, levels and number of training images, without reading anything. */
  public static DataShape shape(DataConfig config) {
    return switch (config.kind()) {
      case DIGITS -> Digits.SHAPE;
      case PHOTOS -> Photos.SHAPE;
      case CIFAR10 -> CIFAR10;
      case IMAGENET32 -> IMAGENET32;
    };
  }

  /**
   * Reads the data set.
   *
   * @throws ConfigException if this version does not read the kind, or {@code data.levels} is not
   *     the number of levels of the set
   */
  public static Dataset open(DataConfig config) {
    checkLevels(config);
    return switch (config.kind()) {
      case DIGITS -> Digits.read();
      case PHOTOS -> Photos.read();
      case CIFAR10, IMAGENET32 ->
          throw new ConfigException(
              ("data.kind is %1$s, but this version reads the embedded sets digits and photos;"
                      + " `mulan train --preset %1$s --dry-run` still shows the model")
                  .formatted(key(config)));
    };
  }

  private static void checkLevels(DataConfig config) {
    int levels = shape(config).levels();
    if (config.levels() != levels) {
      throw new ConfigException(
          "data.levels is %d, but the %s have %d levels; set data.levels to %d"
              .formatted(config.levels(), key(config), levels, levels));
    }
  }

  private static String key(DataConfig config) {
    return config.kind().name().toLowerCase(Locale.ROOT);
  }
}
