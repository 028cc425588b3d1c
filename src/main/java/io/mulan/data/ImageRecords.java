package io.mulan.data;

import com.google.protobuf.InvalidProtocolBufferException;
import io.mulan.config.ConfigException;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.AtomicFolder;
import io.mulan.files.IoReason;
import io.mulan.files.Printable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;

/**
 * Images in TFRecord files, each an {@code Example} with a feature of bytes: an encoded picture
 * (png, jpg, gif, bmp) or the levels themselves [H,W,C], whose sizes are features beside it or in
 * the configuration.
 *
 * @param feature the name of the image
 * @param encoded whether it is a picture
 */
record ImageRecords(
    TfRecordFile file, DataConfig config, String feature, boolean encoded, ImageShape shape)
    implements ImageStore {
  private static final List<String> IMAGES =
      List.of("image", "image/encoded", "image_raw", "image/raw", "data");
  private static final Pattern SHARD = Pattern.compile("[^.]+-\\d{5}-of-\\d{5}");
  private static final List<String> LABELS = List.of("label", "image/class/label", "image/label");
  private static final Set<String> TEST = Set.of("test", "val", "valid", "validation", "eval");

  /**
   * All files of a folder, or one. Those with {@code train} in their name, as a word, and those
   * with {@code test}, {@code val}, {@code valid}, {@code validation} or {@code eval} are official
   * splits.
   */
  static FoundImages find(DataConfig config, BadInput bad) {
    Path path = Path.of(config.path());
    List<Path> train = new ArrayList<>();
    List<Path> test = new ArrayList<>();
    List<Path> others = new ArrayList<>();
    for (Path file : files(path)) {
      Set<String> words = words(file);
      if (words.contains("train")) {
        train.add(file);
      } else if (words.stream().anyMatch(TEST::contains)) {
        test.add(file);
      } else {
        others.add(file);
      }
    }
    if (train.isEmpty()) {
      train = files(path);
      test = List.of();
    } else if (!others.isEmpty()) {
      throw new ConfigException(
          "%s is of neither split, but %s is for training; name all files so, or none"
              .formatted(others.get(0), train.get(0)));
    }
    JoinedOf learned = joined(train, config, null, bad);
    return new FoundImages(
        learned.shape(),
        learned.images(),
        test.isEmpty() ? null : joined(test, config, learned.first(), bad).images());
  }

  /** Whether a folder has such files. */
  static boolean areIn(Path folder) {
    return !inside(folder).isEmpty();
  }

  private record JoinedOf(ImageStore images, ImageShape shape, ImageRecords first) {}

  private static JoinedOf joined(
      List<Path> files, DataConfig config, ImageRecords known, BadInput bad) {
    List<ImageRecords> parts = new ArrayList<>();
    ImageRecords like = known;
    for (Path path : files) {
      TfRecordFile file = TfRecordFile.open(path, bad);
      if (file.count() > 0) {
        like = like == null ? first(file, config) : like.of(file);
        parts.add(like);
      }
    }
    if (parts.isEmpty()) {
      throw new ConfigException(files.get(0) + " has no record; name another data.path");
    }
    return new JoinedOf(new JoinedImages(parts, like.shape.size()), like.shape, parts.get(0));
  }

  private ImageRecords of(TfRecordFile other) {
    return new ImageRecords(other, config, feature, encoded, shape);
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    List<Path> files = inside(path);
    if (files.isEmpty()) {
      throw new ConfigException(
          path
              + " has no file with .tfrecord in its name, or named like train-00000-of-00010; name another"
              + " folder, or one file");
    }
    return files;
  }

  private static List<Path> inside(Path folder) {
    try {
      return AtomicFolder.files(folder).stream().filter(ImageRecords::isNamedSo).toList();
    } catch (IOException e) {
      throw new ConfigException("cannot read folder " + folder + ": " + IoReason.of(e), e);
    }
  }

  /** {@code x.tfrecord} and the like, and TensorFlow's shards, {@code train-00000-of-01024}. */
  private static boolean isNamedSo(Path file) {
    String name = file.getFileName().toString();
    return name.contains(".tfrec") || SHARD.matcher(name).matches();
  }

  private static Set<String> words(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Set.copyOf(Arrays.asList(name.split("[^a-z]+")));
  }

  /** What the first record tells of all. */
  private static ImageRecords first(TfRecordFile file, DataConfig config) {
    String name = file.name(0);
    try (FileChannel channel = file.open()) {
      Map<String, Feature> features = features(file.read(channel, 0), name);
      String feature = feature(features, config.feature(), name);
      byte[] image = bytes(features, feature, name);
      if (isPicture(image)) {
        ImageShape found = PictureFile.shape(name, () -> stream(image));
        return new ImageRecords(file, config, feature, true, ImageShapes.configured(config, found));
      }
      ImageShape shape =
          ImageShapes.checked(
              name,
              size(features, List.of("height", "image/height"), config.height(), name, "height"),
              size(features, List.of("width", "image/width"), config.width(), name, "width"),
              size(
                  features,
                  List.of("depth", "channels", "image/channels"),
                  config.channels(),
                  name,
                  "channels"));
      return new ImageRecords(file, config, feature, false, shape);
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  private static boolean isPicture(byte[] image) {
    return image.length > 8
        && ((image[0] == (byte) 0x89 && image[1] == 'P' && image[2] == 'N')
            || (image[0] == (byte) 0xff && image[1] == (byte) 0xd8 && image[2] == (byte) 0xff)
            || (image[0] == 'G' && image[1] == 'I' && image[2] == 'F' && image[3] == '8')
            || (image[0] == 'B' && image[1] == 'M'));
  }

  private static long size(
      Map<String, Feature> features, List<String> names, int told, String name, String what) {
    if (told > 0) {
      return told;
    }
    return number(features, names)
        .orElseThrow(
            () ->
                new ConfigException(
                    "%s is no picture, and has no feature %s of one number; set data.%s"
                        .formatted(name, names.get(0), what)));
  }

  private static OptionalInt number(Map<String, Feature> features, List<String> names) {
    return names.stream()
        .map(features::get)
        .filter(f -> f != null && f.getInt64List().getValueCount() == 1)
        .mapToInt(
            f -> (int) Math.max(-1, Math.min(Integer.MAX_VALUE, f.getInt64List().getValue(0))))
        .findFirst();
  }

  private static Map<String, Feature> features(byte[] record, String name) {
    try {
      return Example.parseFrom(record).getFeatures().getFeatureMap();
    } catch (InvalidProtocolBufferException e) {
      throw new ConfigException(name + " is no tf.Example; write it again", e);
    }
  }

  private static String feature(Map<String, Feature> features, String asked, String name) {
    if (!asked.isEmpty()) {
      return asked;
    }
    List<String> ofBytes =
        features.entrySet().stream()
            .filter(e -> e.getValue().getBytesList().getValueCount() == 1)
            .map(Map.Entry::getKey)
            .toList();
    Optional<String> usual = IMAGES.stream().filter(ofBytes::contains).findFirst();
    if (usual.isEmpty() && ofBytes.size() != 1) {
      throw new ConfigException(
          "%s has the features %s, none of them named as images are; set data.feature"
              .formatted(name, Printable.of(new TreeMap<>(features).keySet().toString())));
    }
    return usual.orElseGet(() -> ofBytes.get(0));
  }

  private static byte[] bytes(Map<String, Feature> features, String feature, String name) {
    Feature found = features.get(feature);
    if (found == null || found.getBytesList().getValueCount() != 1) {
      throw new ConfigException(
          "%s has no feature '%s' of bytes; it has %s: set data.feature"
              .formatted(name, feature, Printable.of(new TreeMap<>(features).keySet().toString())));
    }
    return found.getBytesList().getValue(0).toByteArray();
  }

  private static MemoryCacheImageInputStream stream(byte[] image) {
    return new MemoryCacheImageInputStream(new ByteArrayInputStream(image));
  }

  @Override
  public int count() {
    return file.count();
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    GreyScale scale = new GreyScale(config.levels());
    try (FileChannel channel = file.open()) {
      for (int i = 0; i < count; i++) {
        String name = file.name(first + i);
        byte[] image = bytes(features(file.read(channel, first + i), name), feature, name);
        int at = offset + i * shape.size();
        if (encoded) {
          new PictureFile(name, () -> stream(image), shape, config.fit(), config.grey())
              .copy(scale, target, at);
        } else {
          copyRaw(image, name, target, at);
        }
      }
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  private void copyRaw(byte[] image, String name, byte[] target, int at) {
    if (image.length != shape.size()) {
      throw new ConfigException(
          "%s has %d bytes in '%s'; an image of %s has %d"
              .formatted(name, image.length, feature, shape, shape.size()));
    }
    for (byte value : image) {
      if ((value & 0xff) >= config.levels()) {
        throw new ConfigException(
            "%s has a pixel of value %d; with data.levels %d, 0 to %d are allowed"
                .formatted(name, value & 0xff, config.levels(), config.levels() - 1));
      }
    }
    System.arraycopy(image, 0, target, at, image.length);
  }

  @Override
  public Optional<int[]> labels() {
    int[] labels = new int[count()];
    List<String> names = config.label().isEmpty() ? LABELS : List.of(config.label());
    try (FileChannel channel = file.open()) {
      for (int i = 0; i < labels.length; i++) {
        OptionalInt label = number(features(file.read(channel, i), file.name(i)), names);
        if (label.isEmpty() && !config.label().isEmpty()) {
          throw new ConfigException(
              "%s has no feature '%s' of one number, which data.label names"
                  .formatted(file.name(i), config.label()));
        }
        if (label.isEmpty() || label.getAsInt() < 0) {
          return Optional.empty();
        }
        labels[i] = label.getAsInt();
      }
      return Optional.of(labels);
    } catch (IOException e) {
      throw file.failure(e);
    }
  }
}
