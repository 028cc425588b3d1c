package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Augment;
import io.mulan.config.DataConfig.Fit;
import io.mulan.config.DataConfig.Kind;
import io.mulan.config.DataConfig.View;
import java.nio.file.Path;

/** The data sets that other programs wrote, and what is in them: {@code data/make.py}. */
final class DataFiles {
  static final Path FOLDER = Path.of("src", "test", "resources", "data");

  private DataFiles() {}

  static Path path(String name) {
    return FOLDER.resolve(name);
  }

  static NpyArray expected(String name) {
    try (Npz npz = Npz.open(path("expected.npz"))) {
      return npz.array(name);
    }
  }

  static DataConfig config(Kind kind, Path path) {
    return new DataConfig(kind, path.toString(), 256);
  }

  static DataConfig config(Kind kind, Path path, boolean skipBad) {
    return new DataConfig(
        kind,
        path.toString(),
        256,
        0,
        0,
        0,
        false,
        Fit.EXACT,
        "",
        0,
        0,
        false,
        Augment.NONE,
        0,
        View.WHOLE,
        64,
        skipBad);
  }

  static void assertImages(NpyArray expected, ImageSet set) {
    int[] shape = expected.shape();
    assertArrayEquals(
        new int[] {shape[1], shape[2], shape[3]},
        new int[] {set.shape().height(), set.shape().width(), set.shape().channels()});
    assertArrayEquals(expected.toBytes(), set.toArray().toBytes());
  }
}
