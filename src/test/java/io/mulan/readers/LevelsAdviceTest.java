package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig.Kind;
import io.mulan.data.Datasets;
import io.mulan.files.ConfigException;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.NpyType;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LevelsAdviceTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0 0.25 1     | 256 | save (x * 255).round().astype(\"uint8\") in NumPy",
        "0 0.25 1     | 17  | save (x * 16).round().astype(\"uint8\") in NumPy",
        "0 1          | 256 | save (x * 255).round().astype(\"uint8\") in NumPy",
        "0 1          | 2   | save x.astype(\"uint8\") in NumPy",
        "-1 0.5 1     | 256 | save ((x + 1) * 127.5).round().astype(\"uint8\") in NumPy",
        "-1 0.5 1     | 17  | save ((x + 1) * 8).round().astype(\"uint8\") in NumPy",
        "0 7 255      | 256 | save x.astype(\"uint8\") in NumPy",
        "0 7.5 254    | 256 | save x.round().astype(\"uint8\") in NumPy",
        "-128 0 127   | 256 | save (x.astype(\"int16\") + 128).astype(\"uint8\") in NumPy",
        "0 300 65535  | 256 | save (x * (255 / 65535)).round().astype(\"uint8\") in NumPy",
        "0 300 4000   | 256 | save (x * (255 / 4095)).round().astype(\"uint8\") in NumPy",
        "-2.1 0 2.6   | 256 | undo their standardization"
      })
  void theSeenValuesDecide(String values, int levels, String advice) {
    double[] seen = Arrays.stream(values.split(" ")).mapToDouble(Double::parseDouble).toArray();
    String said = LevelsAdvice.of(seen, levels);
    assertTrue(said.startsWith(advice), said);
  }

  /** NumPy's own: 2, -0.5, the smallest above 0, and what is not a number. */
  @Test
  void halvesAreRead() {
    byte[] bytes = {0, 0x40, 0, (byte) 0xb8, 1, 0, 0, 0x7e};
    NpyArray array = new NpyArray("x", NpyType.F2, new int[] {4}, bytes, ByteOrder.LITTLE_ENDIAN);
    double[] read = array.toDoubles();
    assertEquals(2, read[0]);
    assertEquals(-0.5, read[1]);
    assertEquals(0x1p-24, read[2]);
    assertTrue(Double.isNaN(read[3]));
  }

  @Test
  void onlyPiecesOfALargeArrayAreRead(@TempDir Path folder) {
    float[] values = new float[600_000];
    values[599_999] = 1;
    Arrays.fill(values, 300_000, 320_000, 0.5f);
    Path file = folder.resolve("x.npy");
    Npy.write(file, NpyArray.of(values, 600, 10, 10, 10));
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> Datasets.open(DataFiles.config(Kind.NPY, file)));
    assertTrue(refusal.getMessage().contains("(x * 255).round()"), refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"4, x.transpose(0; 2; 3; 1)", "32, x.transpose(3; 0; 1; 2)"})
  void unlikelyChannelsAreRefused(int first, String advice, @TempDir Path folder) {
    int[] shape = first == 4 ? new int[] {4, 3, 32, 32} : new int[] {32, 32, 3, 40};
    int count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    Path file = folder.resolve("x.npy");
    Npy.write(file, NpyArray.of(new byte[count], shape));
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> Datasets.open(DataFiles.config(Kind.NPY, file)));
    assertTrue(refusal.getMessage().contains(advice.replace(';', ',')), refusal.getMessage());
    int channels = shape[3];
    Datasets.open(DataFiles.config(Kind.NPY, file, "data.channels=" + channels));
  }
}
