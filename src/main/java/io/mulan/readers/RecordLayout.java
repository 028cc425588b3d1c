package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Layout;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.readers.RecordFile.Planes;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.Feature;

/**
 * How the levels of an image lie in a record.
 *
 * @param planar whether a channel follows the other whole [C,H,W], not pixel by pixel [H,W,C]
 */
record RecordLayout(ImageShape shape, boolean planar) {
  private static final List<String> SHAPES = List.of("shape", "image/shape", "image_shape");

  /**
   * As the record says: in a feature of all its sizes, of which 1 or 3 channels are the first or
   * the last; or in features of one size each, or the configuration, which also says the layout
   * then.
   *
   * @throws ConfigException naming the record, if it is not said, or cannot be
   */
  static RecordLayout of(Map<String, Feature> features, DataConfig config, String name) {
    for (String feature : SHAPES) {
      Feature shape = features.get(feature);
      if (shape != null) {
        List<Long> sizes = shape.getInt64List().getValueList();
        return ofSizes(
            sizes.size() == 4 && sizes.get(0) == 1 ? sizes.subList(1, 4) : sizes, config, name);
      }
    }
    return new RecordLayout(
        ImageShapes.checked(
            name,
            size(features, List.of("height", "image/height"), config.height(), name, "height"),
            size(features, List.of("width", "image/width"), config.width(), name, "width"),
            size(
                features,
                List.of("depth", "channels", "image/channels"),
                config.channels(),
                name,
                "channels")),
        config.layout() == Layout.CHANNELS_FIRST);
  }

  private static RecordLayout ofSizes(List<Long> sizes, DataConfig config, String name) {
    if (sizes.size() == 2) {
      return new RecordLayout(ImageShapes.checked(name, sizes.get(0), sizes.get(1), 1), false);
    }
    if (sizes.size() != 3) {
      throw new ConfigException(
          "%s has shape %s; an image is [height, width, channels] or [channels, height, width]"
              .formatted(name, sizes));
    }
    boolean open = areChannels(sizes.get(0)) && areChannels(sizes.get(2));
    if (open
        && config.layout() == Layout.CHANNELS_LAST
        && config.channels() != sizes.get(2)
        && ImageShapes.looksPlanar(sizes.get(0), sizes.get(1), sizes.get(2))) {
      throw new ConfigException(
          "%s has shape %s, of which the first or the last can be the channels; set data.layout=channels_first, or data.channels=%d"
              .formatted(name, sizes, sizes.get(2)));
    }
    boolean planar = open ? config.layout() == Layout.CHANNELS_FIRST : areChannels(sizes.get(0));
    return planar
        ? new RecordLayout(
            ImageShapes.checked(name, sizes.get(1), sizes.get(2), sizes.get(0)), true)
        : new RecordLayout(
            ImageShapes.checked(name, sizes.get(0), sizes.get(1), sizes.get(2)), false);
  }

  private static boolean areChannels(long size) {
    return size == 1 || size == 3 || size == 4;
  }

  private static long size(
      Map<String, Feature> features, List<String> names, int given, String name, String what) {
    if (given > 0) {
      return given;
    }
    return ImageRecords.number(features, names)
        .orElseThrow(
            () ->
                new ConfigException(
                    "%s is not a picture, and has no feature shape or %s; set data.height, data.width,"
                            .formatted(name, what)
                        + " data.channels, and data.layout to channels_first if its levels are"
                        + " [channels, height, width], not [height, width, channels]"));
  }

  /** Copies an image, as [H,W,C]. */
  void copy(byte[] image, byte[] target, int to) {
    if (!planar) {
      System.arraycopy(image, 0, target, to, image.length);
      return;
    }
    Planes.copy(image, 0, shape, target, to);
  }

  @Override
  public String toString() {
    return planar ? shape + ", channels first" : shape.toString();
  }
}
