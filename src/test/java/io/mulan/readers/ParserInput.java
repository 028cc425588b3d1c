package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Bytes as the file of a data set. */
final class ParserInput {
  private static final List<String> BATCHES =
      List.of(
          "data_batch_1",
          "data_batch_2",
          "data_batch_3",
          "data_batch_4",
          "data_batch_5",
          "test_batch");

  private ParserInput() {}

  /**
   * Puts bytes where the reader of a kind finds them.
   *
   * @param name that the file has elsewhere
   * @return what {@code data.path} is to be
   */
  static Path place(Path folder, Kind kind, String name, byte[] bytes) throws IOException {
    Files.createDirectories(folder);
    if (kind == Kind.CIFAR10 && name.contains("batch")) { // of the Python version, each the same
      for (String batch : BATCHES) {
        Files.write(folder.resolve(batch), bytes);
      }
      return folder;
    }
    String file =
        kind == Kind.IMAGENET32 ? "train_data.npz" : Path.of(name).getFileName().toString();
    Path written = Files.write(folder.resolve(file), bytes);
    return kind == Kind.IMAGES || kind == Kind.IMAGENET32 ? folder : written;
  }

  /** Reads all there is. */
  static void readAll(DataConfig config) {
    Dataset set = Datasets.open(config);
    set.train().checksum();
    set.test().checksum();
    set.train().labels();
  }
}
