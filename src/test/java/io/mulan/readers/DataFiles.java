package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.mulan.config.ConfigReader;
import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import io.mulan.data.ImageSet;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The data sets that other programs wrote, and what is in them: {@code data/make.py}. */
public final class DataFiles {
  static final Path FOLDER = Path.of("src", "test", "resources", "data");

  private DataFiles() {}

  public static Path path(String name) {
    return FOLDER.resolve(name);
  }

  public static NpyArray expected(String name) {
    try (Npz npz = Npz.open(path("expected.npz"))) {
      return npz.array(name);
    }
  }

  /**
   * Files of a kind.
   *
   * @param settings that differ from the usual ones, each {@code key=value}
   */
  public static DataConfig config(Kind kind, Path path, String... settings) {
    List<String> all = new ArrayList<>();
    all.add("data.kind=" + kind.name().toLowerCase(Locale.ROOT));
    all.add("data.path=" + path);
    all.addAll(List.of(settings));
    return ConfigReader.read(Optional.empty(), Optional.empty(), all).data();
  }

  public static void assertImages(NpyArray expected, ImageSet set) {
    int[] shape = expected.shape();
    assertArrayEquals(
        new int[] {shape[1], shape[2], shape[3]},
        new int[] {set.shape().height(), set.shape().width(), set.shape().channels()});
    assertArrayEquals(expected.toBytes(), set.toArray().toBytes());
  }
}
