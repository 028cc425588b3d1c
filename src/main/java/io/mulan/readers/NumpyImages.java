package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.files.ConfigException;
import io.mulan.files.CountedInput;
import io.mulan.files.Printable;
import io.mulan.formats.BadInput;
import io.mulan.formats.FoundFiles;
import io.mulan.formats.Unpacked;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.NpyHeader;
import io.mulan.numpy.NpyType;
import io.mulan.numpy.Npz;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * NumPy's files of unsigned bytes [N,H,W,C], or [N,H,W] of one channel. In an npz it is {@code
 * train_images}, {@code x_train}, {@code images} or the only one of at least three dimensions, the
 * official test images are {@code test_images} or {@code x_test}, classes are next to them; of a
 * folder, {@code train.npy} and {@code test.npy}.
 */
public final class NumpyImages {
  private static final String SUFFIX = ".npy";

  private NumpyImages() {}

  /** Names of images, and of their classes. */
  private record Names(String images, String labels) {}

  private static final List<Names> TRAIN =
      List.of(
          new Names("train_images", "train_labels"),
          new Names("x_train", "y_train"),
          new Names("images", "labels"),
          new Names("arr_0", "arr_1"));
  private static final List<Names> TEST =
      SplitNames.TEST.stream()
          .flatMap(
              word ->
                  Stream.of(
                      new Names(word + "_images", word + "_labels"),
                      new Names("x_" + word, "y_" + word)))
          .toList();

  /**
   * An array in a file.
   *
   * @param start the offset of its first element
   * @param bytes that there are from there on
   */
  record Stored(Path file, long start, long bytes, NpyHeader head) {

    /** The elements as records, as many as the first size says. */
    RecordFile records(RecordFile.Layout layout, int levels, BadInput bad) {
      return RecordFile.of(head.name(), file, start, bytes, head.shape()[0], layout, levels, bad);
    }
  }

  public static FoundImages find(DataConfig config, BadInput bad) {
    Path path = Path.of(config.path());
    if (Files.isDirectory(path)) {
      return folder(path, config, bad);
    }
    return path.toString().endsWith(SUFFIX) ? alone(path, config, bad) : archive(path, config, bad);
  }

  private static FoundImages folder(Path folder, DataConfig config, BadInput bad) {
    Path train = folder.resolve("train" + SUFFIX);
    if (!Files.isRegularFile(train)) {
      throw new ConfigException(
          folder + " has no train.npy; put it there, or name one .npy or .npz file as data.path");
    }
    FoundImages found = alone(train, config, bad);
    List<Path> tests =
        SplitNames.TEST.stream()
            .map(word -> folder.resolve(word + SUFFIX))
            .filter(Files::isRegularFile)
            .toList();
    List<String> notes = new ArrayList<>(others(tests.stream().map(Path::toString).toList()));
    FoundFiles.directlyIn(folder, bad).only(name -> name.endsWith(SUFFIX)).names().stream()
        .map(folder::resolve)
        .filter(file -> !file.equals(train) && !tests.contains(file))
        .forEach(file -> notes.add("file " + file.getFileName()));
    return (tests.isEmpty()
            ? found
            : withTest(found, alone(tests.get(0), config, bad), tests.get(0).toString()))
        .with(List.of(), notes);
  }

  private static FoundImages alone(Path file, DataConfig config, BadInput bad) {
    return images(stored(file), Optional.empty(), config, bad);
  }

  private static FoundImages archive(Path file, DataConfig config, BadInput bad) {
    try (Npz npz = Npz.open(file)) {
      Names train = train(file, npz, config);
      FoundImages found = images(file, npz, train, config, bad);
      List<Names> tests =
          Stream.concat(
                  Stream.of(counterpart(train)),
                  config.feature().isEmpty() ? TEST.stream() : Stream.of())
              .filter(n -> npz.contains(n.images()) && !n.images().equals(train.images()))
              .distinct()
              .toList();
      List<String> notes = new ArrayList<>(others(tests.stream().map(Names::images).toList()));
      if (config.feature().isEmpty()) {
        notes.addAll(unknown(npz, train, tests));
      }
      if (tests.isEmpty()) {
        return found.with(List.of(), notes);
      }
      Names test = tests.get(0);
      return withTest(
              found, images(file, npz, test, config, bad), file + ", array " + test.images())
          .with(List.of(), notes);
    }
  }

  /** Arrays whose names say nothing. */
  private static List<String> unknown(Npz npz, Names train, List<Names> tests) {
    List<String> known =
        Stream.concat(Stream.of(train), tests.stream())
            .flatMap(n -> Stream.of(n.images(), n.labels()))
            .toList();
    return names(npz).stream()
        .filter(name -> !known.contains(name))
        .map(name -> "array " + Printable.of(name))
        .toList();
  }

  /** What is passed over of several tests, of which the first is taken. */
  private static List<String> others(List<String> tests) {
    return tests.stream()
        .skip(1)
        .map(name -> "%s: the test is %s".formatted(name, tests.get(0)))
        .toList();
  }

  private static List<String> names(Npz npz) {
    return npz.names().stream().filter(name -> !FoundFiles.isForeign(name)).toList();
  }

  private static Names train(Path file, Npz npz, DataConfig config) {
    List<String> names = names(npz);
    Optional<Names> usual = TRAIN.stream().filter(n -> npz.contains(n.images())).findFirst();
    Names found = usual.orElseGet(() -> new Names(names.isEmpty() ? "" : names.get(0), "labels"));
    String images = config.feature().isEmpty() ? found.images() : config.feature();
    String labels = config.label().isEmpty() ? found.labels() : config.label();
    if (!config.label().isEmpty() && !npz.contains(labels)) {
      throw absent(file, labels, "data.label", names);
    }
    if (!config.feature().isEmpty()) {
      if (!npz.contains(images)) {
        throw absent(file, images, "data.feature", names);
      }
    } else if (usual.isEmpty() && names.size() != 1) {
      throw new ConfigException(
          "%s holds the arrays %s, none of them named images, train_images, x_train or arr_0; set data.feature to that of the images"
              .formatted(file, Printable.of(names.toString())));
    }
    return new Names(images, labels);
  }

  private static ConfigException absent(
      Path file, String name, String setting, List<String> names) {
    return new ConfigException(
        "%s has no array %s, which %s names; it has %s"
            .formatted(file, name, setting, Printable.of(names.toString())));
  }

  /** Names of test images, where names of training images say that they are. */
  private static Names counterpart(Names train) {
    return new Names(
        train.images().replace("train", "test"), train.labels().replace("train", "test"));
  }

  private static FoundImages images(
      Path file, Npz npz, Names names, DataConfig config, BadInput bad) {
    Optional<NpyArray> labels =
        npz.contains(names.labels()) ? Optional.of(npz.array(names.labels())) : Optional.empty();
    Stored stored = stored(file, names.images(), config);
    requireNotSwapped(file, npz, stored.head(), names.images());
    return images(stored, labels, config, bad);
  }

  /** Not the classes, next to images of another name. */
  private static void requireNotSwapped(Path file, Npz npz, NpyHeader head, String name) {
    if (head.shape().length > 2) {
      return;
    }
    List<String> others =
        names(npz).stream().filter(n -> npz.header(n).shape().length > 2).toList();
    if (others.size() == 1) {
      throw new ConfigException(
          "%s, array %s has shape %s, which images cannot have, but %s can be images; set data.feature=%s, and data.label=%s if those are their classes"
              .formatted(
                  file,
                  name,
                  head.shapeText(),
                  Printable.of(others.get(0)),
                  Printable.of(others.get(0)),
                  name));
    }
  }

  private static FoundImages images(
      Stored stored, Optional<NpyArray> labels, DataConfig config, BadInput bad) {
    NpyHeader head = stored.head();
    int[] shape = head.shape();
    if (shape.length != 3 && shape.length != 4) {
      throw new ConfigException(
          "%s has shape %s; images are [N, height, width, channels], or [N, height, width] of one"
                  .formatted(head.name(), head.shapeText())
              + " channel: reshape it");
    }
    if (shape[0] == 0) {
      throw new ConfigException(head.name() + " has no image; leave it out");
    }
    requireBytes(stored, config.levels());
    requireSeveral(head.name(), shape);
    RecordFile.Layout layout = ImageShapes.layout(head.name(), shape, config);
    ImageStore records = stored.records(layout, config.levels(), bad);
    return new FoundImages(
        layout.shape(),
        labels.isPresent()
            ? LabelledImages.of(
                records, NumpyLabels.of(labels.get(), shape[0]), shape[0], labels.get().name())
            : records,
        null);
  }

  /** Not one picture [H,W,C], whose rows would be taken for grey images. */
  private static void requireSeveral(String name, int[] shape) {
    if (shape.length == 3
        && (shape[2] == 3 || shape[2] == 4)
        && Math.min(shape[0], shape[1]) >= 8) {
      throw new ConfigException(
          "%s has shape %s, which is read as %d images of %d×%d; if it is one picture, save x[None],"
                  .formatted(name, Arrays.toString(shape), shape[0], shape[1], shape[2])
              + " if not, x[..., None]");
    }
  }

  static void requireBytes(Stored stored, int levels) {
    NpyHeader head = stored.head();
    if (head.type() != NpyType.U1) {
      throw new ConfigException(
          "%s holds elements of type %s; levels are u1: %s"
              .formatted(
                  head.name(),
                  head.type().code(),
                  LevelsAdvice.of(LevelsAdvice.values(stored), levels)));
    }
    if (head.fortran()) {
      throw new ConfigException(
          head.name()
              + " is in Fortran order, in which no image lies in one piece; save it through"
              + " numpy.ascontiguousarray");
    }
  }

  private static FoundImages withTest(FoundImages train, FoundImages test, String name) {
    if (!train.shape().equals(test.shape())) {
      throw new ConfigException(
          "%s has images of %s, the training images are %s; one shape is needed"
              .formatted(name, test.shape(), train.shape()));
    }
    return new FoundImages(train.shape(), train.train(), test.train());
  }

  /** The array in a .npy file. */
  static Stored stored(Path file) {
    return stored(file, 0, RecordFile.size(file), file.toString());
  }

  /** An array in an archive: where it lies, or, if it is compressed there, in the cache. */
  static Stored stored(Path file, String array, DataConfig config) {
    String where = file + ", array " + array;
    try (ZipFile zip = ZipFile.builder().setFile(file.toFile()).get()) {
      ZipArchiveEntry entry = zip.getEntry(array + SUFFIX);
      if (entry == null) {
        throw new ConfigException(file + " has no array " + array);
      }
      if (entry.getMethod() == ZipEntry.STORED) {
        long follow = RecordFile.size(file) - entry.getDataOffset();
        return stored(file, entry.getDataOffset(), Math.min(entry.getSize(), follow), where);
      }
      Path content =
          new Unpacked(config.allowLarge())
              .entry(file, array, entry, () -> zip.getInputStream(entry));
      return stored(content, 0, entry.getSize(), where);
    } catch (ConfigException e) {
      throw e;
    } catch (IOException e) {
      throw Npy.failure(where, e);
    } catch (RuntimeException e) { // a damaged archive makes the reader throw anything
      throw Npy.broken(where, "the archive is damaged");
    }
  }

  private static Stored stored(Path file, long from, long bytes, String name) {
    try (InputStream stored = new BufferedInputStream(Files.newInputStream(file))) {
      stored.skipNBytes(from);
      CountedInput in = new CountedInput(stored);
      NpyHeader head = NpyHeader.read(new DataInputStream(in), name);
      return new Stored(file, from + in.count(), bytes - in.count(), head);
    } catch (IOException e) {
      throw Npy.failure(name, e);
    }
  }
}
