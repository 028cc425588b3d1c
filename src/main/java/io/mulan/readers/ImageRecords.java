package io.mulan.readers;

import com.google.protobuf.InvalidProtocolBufferException;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.files.Printable;
import io.mulan.formats.BadInput;
import io.mulan.formats.FoundFiles;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import io.mulan.formats.PictureFile.PictureRules;
import io.mulan.formats.TfRecordFile;
import io.mulan.numpy.Npy;
import io.mulan.readers.ImageStore.ImageKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;

/**
 * Images in TFRecord files, each an {@code Example} with a feature of bytes: an encoded picture
 * (png, jpg, webp, gif, bmp) or the levels themselves, whose sizes are other features of it or in
 * the configuration.
 *
 * @param feature the name of the image
 * @param layout of levels themselves; null if they are encoded pictures
 */
public record ImageRecords(
    TfRecordFile file, DataConfig config, String feature, RecordLayout layout, ImageShape shape)
    implements ImageStore {
  private static final List<String> IMAGES =
      List.of("image", "image/encoded", "image_raw", "image/raw", "data");
  private static final Pattern SHARD = Pattern.compile("[^.]+-\\d{5}-of-\\d{5}");

  /** Where records begin, as other readers store it next to them. */
  private static final Pattern INDEX = Pattern.compile(".*\\.(idx|index)");

  private static final List<String> LABELS = List.of("label", "image/class/label", "image/label");
  private static final int MOST_LOOKED_AT = 256;

  /** Names of classes by number, as TensorFlow Datasets keeps them with the records. */
  private static final String CLASS_NAMES = "label.labels.txt";

  /** All files of a folder, split as their names or their folders' say, or one. */
  public static FoundImages find(DataConfig config, BadInput bad) {
    Path path = Path.of(config.path());
    if (!Files.isDirectory(path)) {
      FoundFiles one =
          new FoundFiles(path.resolveSibling(""), List.of(path.getFileName().toString()));
      List<String> notes = new ArrayList<>();
      ImageRecordsGroup all = joined(one, config, null, bad, notes);
      return new FoundImages(all.shape(), all.images(), null).with(List.of(), notes);
    }
    return find(config, FoundFiles.in(path, bad), bad);
  }

  /** Those of a folder whose files are known. */
  static FoundImages find(DataConfig config, FoundFiles found, BadInput bad) {
    Path path = found.folder();
    FoundFiles records = found.only(ImageRecords::isNamed);
    if (records.names().isEmpty()) {
      throw new ConfigException(
          path
              + " has no file with .tfrecord in its name, or named like train-00000-of-00010; name another"
              + " folder, or one file");
    }
    Shards.requireAll(path.toString(), records.names(), bad);
    FileSplit split = FileSplit.of(path.toString(), records.names());
    List<String> notes = new ArrayList<>(split.notes());
    notes.addAll(Shards.gaps(records.names()));
    ImageRecordsGroup train = joined(new FoundFiles(path, split.train()), config, null, bad, notes);
    ImageStore test =
        split.test().isEmpty()
            ? null
            : joined(new FoundFiles(path, split.test()), config, train, bad, notes).images();
    return new FoundImages(train.shape(), train.images(), test).with(classNames(found), notes);
  }

  /** {@code x.tfrecord} and the like, and TensorFlow's shards, {@code train-00000-of-01024}. */
  static boolean isNamed(String name) {
    String file = name.substring(name.lastIndexOf('/') + 1);
    return (file.contains(".tfrec") && !INDEX.matcher(file).matches())
        || SHARD.matcher(file).matches();
  }

  private static List<String> classNames(FoundFiles found) {
    List<String> files = found.only(n -> n.endsWith(CLASS_NAMES)).names();
    if (files.size() != 1) {
      return List.of();
    }
    Path file = found.path(files.get(0));
    try {
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(n -> !n.isEmpty())
          .toList();
    } catch (IOException e) {
      throw Npy.failure(file.toString(), e);
    }
  }

  private record ImageRecordsGroup(ImageStore images, ImageRecords first) {
    ImageShape shape() {
      return first.shape;
    }
  }

  private static ImageRecordsGroup joined(
      FoundFiles paths,
      DataConfig config,
      ImageRecordsGroup known,
      BadInput bad,
      List<String> notes) {
    List<TfRecordFile> files = new ArrayList<>();
    for (String name : paths.names()) {
      TfRecordFile file = TfRecordFile.open(paths.path(name), bad);
      if (file.count() > 0) {
        files.add(file);
      } else {
        notes.add(name + ", which has no record");
      }
    }
    if (files.isEmpty()) {
      throw new ConfigException(
          paths.path(paths.names().get(0)) + " has no record; name another data.path");
    }
    ImageRecords like =
        known == null ? new RecordSurvey(files, config, bad).found() : known.first();
    List<ImageRecords> parts = files.stream().map(like::of).toList();
    return new ImageRecordsGroup(new JoinedImages(parts, like.shape.size()), parts.get(0));
  }

  private ImageRecords of(TfRecordFile other) {
    return new ImageRecords(other, config, feature, layout, shape);
  }

  /** What some of the records, spread over all, show of all. */
  private record RecordSurvey(List<TfRecordFile> files, DataConfig config, BadInput bad) {

    private record Place(TfRecordFile file, int number) {
      String name() {
        return file.name(number);
      }

      Map<String, Feature> features() {
        try (FileChannel channel = file.open()) {
          return ImageRecords.features(file.read(channel, number), name());
        } catch (IOException e) {
          throw file.failure(e);
        }
      }
    }

    private List<Place> places() {
      long count = files.stream().mapToLong(TfRecordFile::count).sum();
      int looked = (int) Math.min(MOST_LOOKED_AT, count);
      List<Place> places = new ArrayList<>();
      long before = 0;
      for (TfRecordFile file : files) {
        while (places.size() < looked && places.size() * count / looked < before + file.count()) {
          places.add(new Place(file, (int) (places.size() * count / looked - before)));
        }
        before += file.count();
      }
      return places;
    }

    ImageRecords found() {
      List<Place> places = places();
      String feature = null;
      boolean encoded = false;
      Map<RecordLayout, String> layouts = new LinkedHashMap<>();
      for (Place place : places) {
        try {
          Map<String, Feature> features = place.features();
          if (feature == null) {
            String name = feature(features, config.feature(), place.name());
            encoded = isPicture(bytes(features, name, place.name()));
            feature = name;
          }
          if (encoded) {
            break;
          }
          RecordLayout layout = RecordLayout.of(features, config, place.name());
          layouts.putIfAbsent(layout, place.name());
        } catch (ConfigException e) {
          if (!bad.skipped()) {
            throw BadInput.withWayOn(e);
          }
        }
      }
      if (feature == null || (!encoded && layouts.isEmpty())) {
        throw new ConfigException(
            "of %d records in %s none can be read; name another data.path"
                .formatted(places.size(), config.path()));
      }
      return encoded ? ofPictures(places, feature) : ofLevels(layouts, feature);
    }

    private ImageRecords ofPictures(List<Place> places, String feature) {
      ImageShape shape =
          PictureSurvey.shape(
              config,
              config.path(),
              places.size(),
              i -> {
                Place place = places.get(i);
                return new PictureSurvey.Named(
                    place.name(),
                    most ->
                        PictureFile.Content.of(bytes(place.features(), feature, place.name()))
                            .first(most));
              },
              bad);
      return new ImageRecords(files.get(0), config, feature, null, shape);
    }

    private ImageRecords ofLevels(Map<RecordLayout, String> layouts, String feature) {
      if (layouts.size() > 1) {
        throw new ConfigException(
            "%s has images of several shapes: %s; one is needed"
                .formatted(
                    config.path(),
                    layouts.entrySet().stream()
                        .limit(3)
                        .map(e -> e.getKey() + " (" + e.getValue() + ")")
                        .collect(Collectors.joining(", "))));
      }
      RecordLayout layout = layouts.keySet().iterator().next();
      return new ImageRecords(files.get(0), config, feature, layout, layout.shape());
    }
  }

  private static boolean isPicture(byte[] image) {
    return image.length > 8
        && ((image[0] == (byte) 0x89 && image[1] == 'P' && image[2] == 'N')
            || (image[0] == (byte) 0xff && image[1] == (byte) 0xd8 && image[2] == (byte) 0xff)
            || (image[0] == 'R' && image[1] == 'I' && image[2] == 'F' && image[3] == 'F')
            || (image[0] == 'G' && image[1] == 'I' && image[2] == 'F' && image[3] == '8')
            || (image[0] == 'B' && image[1] == 'M'));
  }

  static OptionalInt number(Map<String, Feature> features, List<String> names) {
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
      throw new ConfigException(name + " is not a tf.Example; write it again", e);
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

  @Override
  public int count() {
    return file.count();
  }

  /** What is done with a record. */
  private interface Use {
    void of(int done, Map<String, Feature> features, String name);
  }

  private void each(IntUnaryOperator number, int count, Use use) {
    try (FileChannel channel = file.open()) {
      for (int i = 0; i < count; i++) {
        String name = file.name(number.applyAsInt(i));
        use.of(i, features(file.read(channel, number.applyAsInt(i)), name), name);
      }
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    GreyScale scale = new GreyScale(config.levels());
    PictureRules rules = PictureRules.of(config);
    each(
        i -> first + i,
        count,
        (i, features, name) -> {
          byte[] image = bytes(features, feature, name);
          int at = offset + i * shape.size();
          if (layout == null) {
            new PictureFile(name, PictureFile.Content.of(image), shape, rules)
                .copy(scale, target, at);
          } else {
            requireLike(features, name);
            copyRaw(image, name, target, at);
          }
        });
  }

  private void requireLike(Map<String, Feature> features, String name) {
    RecordLayout its = RecordLayout.of(features, config, name);
    if (!its.equals(layout)) {
      throw new ConfigException(
          "%s has an image of %s, others are %s".formatted(name, its, layout));
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
    layout.copy(image, target, at);
  }

  /** The keys are of the bytes in the record, which are not decoded for it. */
  @Override
  public void keys(int first, int count, int imageBytes, long[] target, int at) {
    each(
        i -> first + i,
        count,
        (i, features, name) -> {
          byte[] image = bytes(features, feature, name);
          target[at + i] = ImageKey.of(image, 0, image.length);
        });
  }

  @Override
  public Optional<int[]> labels() {
    return labels(IntStream.range(0, count()).toArray());
  }

  @Override
  public Optional<int[]> labels(int[] numbers) {
    int[] labels = new int[numbers.length];
    List<String> names = config.label().isEmpty() ? LABELS : List.of(config.label());
    each(
        i -> numbers[i],
        numbers.length,
        (i, features, name) -> labels[i] = label(features, names, name));
    // A test of TensorFlow Datasets whose classes are not published has -1.
    if (Arrays.stream(labels).allMatch(label -> label < 0)) {
      return Optional.empty();
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0) {
        throw new ConfigException(
            file.name(numbers[i])
                + " has no class, but others of the file have; write one for each image");
      }
    }
    return Optional.of(labels);
  }

  /** -1 if the record has none. */
  private int label(Map<String, Feature> features, List<String> names, String name) {
    for (String label : names) {
      Feature found = features.get(label);
      if (found != null && found.getInt64List().getValueCount() != 1) {
        throw new ConfigException(
            "%s has %d numbers in '%s'; a class is one whole number from 0 on: write it so, or leave it out"
                .formatted(
                    name,
                    found.getInt64List().getValueCount() + found.getFloatList().getValueCount(),
                    label));
      }
    }
    OptionalInt label = number(features, names);
    if (label.isEmpty() && !config.label().isEmpty()) {
      throw new ConfigException(
          "%s has no feature '%s' of one number, which data.label names"
              .formatted(name, config.label()));
    }
    return label.orElse(-1);
  }
}
