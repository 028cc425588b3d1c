package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.formats.Pickle;
import io.mulan.formats.PickledBytes;
import io.mulan.formats.Unpacked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * CIFAR-10 and CIFAR-100 in their official binary and Python versions, with 32×32 pixels, a channel
 * after the other. A folder, the one above it, or the archive. The classes of CIFAR-100 are the 100
 * fine ones, or the 20 coarse ones by {@code data.label}.
 */
public final class Cifar {
  public static final ImageShape SHAPE = new ImageShape(32, 32, 3);

  private static final String COARSE = "coarse_labels";
  private static final String FINE = "fine_labels";
  private static final String LABELS = "labels";
  private static final String DATA = "data";
  private static final int LEVELS = 256;

  /** A batch in a file. */
  private interface Reader {
    ImageStore read(Path file, DataConfig config, BadInput bad);
  }

  /** How a set is published. */
  private record Version(
      String folder, String archive, List<String> train, String test, Reader reader) {

    boolean isIn(Path where) {
      return Files.isRegularFile(where.resolve(train.get(0)))
          && Files.isRegularFile(where.resolve(test));
    }

    /** The folder of the files, which is here, below, or in an archive here. */
    Optional<Path> found(Path where, Unpacked unpacked) {
      return Stream.of(where, where.resolve(folder))
          .filter(this::isIn)
          .findFirst()
          .or(
              () ->
                  Optional.of(where.resolve(archive))
                      .filter(Files::isRegularFile)
                      .map(unpacked::archive)
                      .flatMap(inside -> found(inside, unpacked)));
    }
  }

  private static final List<Version> CIFAR10 =
      List.of(
          new Version(
              "cifar-10-batches-bin",
              "cifar-10-binary.tar.gz",
              IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i + ".bin").toList(),
              "test_batch.bin",
              records(new RecordFile.Layout(SHAPE, true, 1, 0, 10))),
          new Version(
              "cifar-10-batches-py",
              "cifar-10-python.tar.gz",
              IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i).toList(),
              "test_batch",
              (file, config, bad) -> pickle(file, LABELS, 10, config, bad)));

  private static final List<Version> CIFAR100 =
      List.of(
          new Version(
              "cifar-100-binary",
              "cifar-100-binary.tar.gz",
              List.of("train.bin"),
              "test.bin",
              (file, config, bad) ->
                  records(
                          coarse(config)
                              ? new RecordFile.Layout(SHAPE, true, 2, 0, 20)
                              : new RecordFile.Layout(SHAPE, true, 2, 1, 100))
                      .read(file, config, bad)),
          new Version(
              "cifar-100-python",
              "cifar-100-python.tar.gz",
              List.of("train"),
              "test",
              (file, config, bad) ->
                  coarse(config)
                      ? pickle(file, COARSE, 20, config, bad)
                      : pickle(file, FINE, 100, config, bad)));

  private Cifar() {}

  public static FoundImages find(DataConfig config, BadInput bad) {
    List<Version> versions = config.kind() == Kind.CIFAR10 ? CIFAR10 : CIFAR100;
    Path named = Path.of(config.path());
    Unpacked unpacked = unpacked(config);
    Path where = Files.isRegularFile(named) ? unpacked.archive(named) : named;
    for (Version version : versions) {
      Optional<Path> folder = version.found(where, unpacked);
      if (folder.isPresent()) {
        List<ImageStore> train =
            version.train().stream()
                .map(name -> version.reader().read(folder.get().resolve(name), config, bad))
                .toList();
        return new FoundImages(
            SHAPE,
            new JoinedImages(train, SHAPE.size()),
            version.reader().read(folder.get().resolve(version.test()), config, bad));
      }
    }
    throw new ConfigException(
        "%s has no %s and %s; data.path is to be %s or %s, what they unpack to, or the folder that has it%s"
            .formatted(
                named,
                versions.get(0).train().get(0),
                versions.get(0).test(),
                versions.get(0).archive(),
                versions.get(1).archive(),
                config.kind() == DataConfig.Kind.CIFAR10 ? " (mulan data fetch cifar10)" : ""));
  }

  private static Unpacked unpacked(DataConfig config) {
    return new Unpacked(config.allowLarge());
  }

  private static boolean coarse(DataConfig config) {
    return switch (config.label()) {
      case "", FINE -> false;
      case COARSE -> true;
      default ->
          throw new ConfigException(
              "data.label is %s; CIFAR-100 has %s and %s".formatted(config.label(), FINE, COARSE));
    };
  }

  private static Reader records(RecordFile.Layout layout) {
    return (file, config, bad) -> RecordFile.whole(file, 0, layout, LEVELS, bad);
  }

  /** A dictionary of {@code data} [N,3072] and classes. */
  private static ImageStore pickle(
      Path file, String name, int classes, DataConfig config, BadInput bad) {
    Map<String, Object> batch = Pickle.read(file);
    if (!(batch.get(DATA) instanceof Pickle.Array array)
        || array.shape().length != 2
        || array.shape()[1] != SHAPE.size()) {
      throw new ConfigException(
          "%s has no array %s of unsigned bytes [N, %d]; fetch it again"
              .formatted(file, DATA, SHAPE.size()));
    }
    long bytes = (long) array.shape()[0] * SHAPE.size();
    PickledBytes data = array.data();
    boolean plain = data.isPlain();
    Path content = plain ? file : unpacked(config).content(file, DATA, bytes, data::open);
    RecordFile images =
        RecordFile.of(
            file.toString(),
            content,
            plain ? data.offset() : 0,
            plain ? data.length() : RecordFile.size(content),
            array.shape()[0],
            new RecordFile.Layout(SHAPE, true, 0, -1, 0),
            LEVELS,
            bad);
    long[] labels = classes(file, batch, name, classes);
    return LabelledImages.of(images, labels, array.shape()[0], file + ", " + name);
  }

  private static long[] classes(Path file, Map<String, Object> batch, String name, int classes) {
    if (batch.get(name) instanceof List<?> list
        && list.stream().allMatch(c -> c instanceof Long n && n >= 0 && n < classes)) {
      return list.stream().mapToLong(c -> (Long) c).toArray();
    }
    throw new ConfigException(
        "%s has no list %s of classes from 0 to %d; fetch it again"
            .formatted(file, name, classes - 1));
  }
}
