package io.mulan.data;

import io.mulan.config.ConfigException;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * CIFAR-10 in its official binary version: records of a byte for the class and 32×32 pixels, a
 * channel after the other. A folder, the one above it, or the archive.
 */
final class Cifar10 {
  static final ImageShape SHAPE = new ImageShape(32, 32, 3);

  private static final int CLASSES = 10;
  private static final RecordFile.Layout LAYOUT = new RecordFile.Layout(SHAPE, true, 1, 0, CLASSES);

  private static final String FOLDER = "cifar-10-batches-bin";
  private static final String ARCHIVE = "cifar-10-binary.tar.gz";
  private static final String TEST = "test_batch.bin";
  private static final List<String> TRAIN =
      IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i + ".bin").toList();

  private Cifar10() {}

  static FoundImages find(DataConfig config, BadInput bad) {
    Path folder = folder(Path.of(config.path()), new Unpacked(config.allowLarge()));
    List<RecordFile> train = TRAIN.stream().map(n -> batch(folder.resolve(n), bad)).toList();
    return new FoundImages(
        SHAPE, new JoinedImages(train, SHAPE.size()), batch(folder.resolve(TEST), bad));
  }

  private static RecordFile batch(Path file, BadInput bad) {
    return RecordFile.whole(file, 0, LAYOUT, 256, bad);
  }

  private static Path folder(Path path, Unpacked unpacked) {
    if (Files.isRegularFile(path)) {
      return inside(unpacked.archive(path), path);
    }
    if (!isThere(path) && Files.isRegularFile(path.resolve(ARCHIVE)) && !isThere(inner(path))) {
      return inside(unpacked.archive(path.resolve(ARCHIVE)), path);
    }
    return inside(path, path);
  }

  private static Path inside(Path folder, Path named) {
    if (isThere(folder)) {
      return folder;
    }
    if (isThere(inner(folder))) {
      return inner(folder);
    }
    throw new ConfigException(
        "%s has no %s; data.path is to be %s, its unpacked folder %s, or the folder that has it"
                .formatted(named, TRAIN.get(0), ARCHIVE, FOLDER)
            + " (mulan data fetch cifar10)");
  }

  private static Path inner(Path folder) {
    return folder.resolve(FOLDER);
  }

  private static boolean isThere(Path folder) {
    return Files.isRegularFile(folder.resolve(TRAIN.get(0)));
  }
}
