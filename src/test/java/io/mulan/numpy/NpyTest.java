package io.mulan.numpy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class NpyTest {
  static final Path FIXTURES = Path.of("src/test/resources/npy");

  @TempDir Path folder;

  @Test
  void floatsOfNumPyAreRead() {
    NpyArray array = Npy.read(FIXTURES.resolve("little.npy"));
    assertEquals(NpyType.F4, array.type());
    assertArrayEquals(new int[] {2, 3}, array.shape());
    assertArrayEquals(new float[] {0, 0.25f, 0.5f, 0.75f, 1, 1.25f}, array.toFloats());
  }

  @Test
  void bigEndianArraysAreRead() {
    NpyArray array = Npy.read(FIXTURES.resolve("big.npy"));
    assertArrayEquals(new int[] {-3, -2, -1, 0, 1, 2}, array.toInts());
  }

  @Test
  void arraysInFortranOrderComeOutInCOrder() {
    double[] values = Npy.read(FIXTURES.resolve("fortran.npy")).toDoubles();
    for (int i = 0; i < 24; i++) {
      assertEquals(i, values[i]);
    }
  }

  @Test
  void aScalarHasNoDimensionsAndOneElement() {
    NpyArray array = Npy.read(FIXTURES.resolve("scalar.npy"));
    assertArrayEquals(new int[0], array.shape());
    assertArrayEquals(new double[] {-1.5}, array.toDoubles());
  }

  @Test
  void anEmptyArrayKeepsItsShape() {
    NpyArray array = Npy.read(FIXTURES.resolve("empty.npy"));
    assertArrayEquals(new int[] {0, 4}, array.shape());
    assertEquals(0, array.count());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void laterVersionsOfTheFormatAreRead(int version) {
    NpyArray array = Npy.read(FIXTURES.resolve("version" + version + ".npy"));
    assertArrayEquals(new long[] {0, 1, 2, 3, 4, 5}, array.toLongs());
  }

  @Test
  void whatIsWrittenIsWhatNumPyWrites() throws IOException {
    Path file = folder.resolve("a.npy");
    for (String name : new String[] {"little.npy", "big.npy", "scalar.npy", "empty.npy"}) {
      Npy.write(file, Npy.read(FIXTURES.resolve(name)));
      assertArrayEquals(Files.readAllBytes(FIXTURES.resolve(name)), Files.readAllBytes(file), name);
    }
  }

  @Test
  void everyTypeSurvivesARoundTrip() {
    byte[] bytes = {0, 127, -128, -1};
    int[] ints = {Integer.MIN_VALUE, -1, Integer.MAX_VALUE};
    long[] longs = {Long.MIN_VALUE, -1, Long.MAX_VALUE};
    float[] floats = {Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -0f};
    double[] doubles = {Double.NaN, Double.MAX_VALUE, -0.0};
    assertArrayEquals(bytes, roundTrip(NpyArray.of(bytes, 4)).toBytes());
    assertArrayEquals(ints, roundTrip(NpyArray.of(ints, 3, 1)).toInts());
    assertArrayEquals(longs, roundTrip(NpyArray.of(longs, 1, 3)).toLongs());
    assertArrayEquals(floats, roundTrip(NpyArray.of(floats, 2, 2)).toFloats());
    assertArrayEquals(doubles, roundTrip(NpyArray.of(doubles, 3)).toDoubles());
  }

  private NpyArray roundTrip(NpyArray array) {
    Path file = folder.resolve("round.npy");
    Npy.write(file, array);
    NpyArray read = Npy.read(file);
    assertEquals(array.type(), read.type());
    assertArrayEquals(array.shape(), read.shape());
    return read;
  }

  @Test
  void bytesWidenWithoutTheirSign() {
    assertArrayEquals(new int[] {255, 1}, NpyArray.of(new byte[] {-1, 1}, 2).toInts());
    assertArrayEquals(new float[] {255, 1}, NpyArray.of(new byte[] {-1, 1}, 2).toFloats());
  }

  @Test
  void copiesThatLoseMoreThanARoundingAreRefused() {
    NpyArray doubles = NpyArray.of(new double[] {0.1}, 1);
    assertThrows(ConfigException.class, doubles::toFloats);
    assertThrows(ConfigException.class, doubles::toLongs);
    assertThrows(ConfigException.class, NpyArray.of(new long[] {1}, 1)::toInts);
    assertThrows(ConfigException.class, NpyArray.of(new int[] {1}, 1)::toBytes);
  }

  @Test
  void valuesThatDoNotFillTheShapeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> NpyArray.of(new int[5], 2, 3));
    assertThrows(IllegalArgumentException.class, () -> NpyArray.of(new int[6], -2, -3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4), };(-1, 4)",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999, 99999), };2 GiB",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999,), };2 GiB",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,, 2), };tuple of sizes",
        "{'descr': '<f4', 'fortran_order': False, 'shape': True, };tuple of sizes",
        "{'descr': '<f4', 'fortran_order': 'no', 'shape': (1,), };fortran_order",
        "{'descr': '<f4', 'fortran_order': False, };descr, fortran_order and shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': True};alone",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), };'descr'",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (1,), };cannot be read from",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), };allowed are b1, u1",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (1,), };allowed are b1, u1",
        "import os;dictionary",
      })
  void aHeadThatMakesNoSenseIsRefusedWithItsReason(String head, String reason) {
    assertRefused(file(head, 4), reason);
  }

  @Test
  void unsignedNumbersOf64BitsAreRead() throws IOException {
    byte[] bytes = file("{'descr': '<u8', 'fortran_order': False, 'shape': (2,), }", 16);
    bytes[bytes.length - 8] = 7;
    assertEquals(7, Npy.read(new ByteArrayInputStream(bytes), bytes.length, "x").toLongs()[1]);
  }

  @Test
  void textIsRefusedWithTheTypesThatAreAllowed() {
    Path file = FIXTURES.resolve("text.npy");
    ConfigException refusal = assertThrows(ConfigException.class, () -> Npy.read(file));
    assertEquals(
        file
            + " holds elements of type '<U3'; allowed are b1, u1, i1, u2, i2, u4, i4, u8, i8, f2, f4, f8:"
            + " number texts with numpy.unique(x, return_inverse=True)[1] in NumPy",
        refusal.getMessage());
  }

  @Test
  void aFalseShapeOverAShortFileCostsNoMemory() {
    String head = "{'descr': '|u1', 'fortran_order': False, 'shape': (2000000000,), }";
    assertRefused(file(head, 100), "needs 2000000000 bytes, but 100 follow");
  }

  @Test
  void bytesAfterTheLastElementAreRefused() {
    String head = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    assertRefused(file(head, 9), "bytes follow");
  }

  @Test
  void anUnknownVersionIsRefused() {
    byte[] bytes = file("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 4);
    bytes[6] = 4;
    assertRefused(bytes, "4.0");
  }

  @Test
  void anOverlongHeadIsRefused() {
    assertRefused(file(" ".repeat(20_000) + "{}", 0), "20002 bytes");
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("missing.npy");
    ConfigException refusal = assertThrows(ConfigException.class, () -> Npy.read(missing));
    assertEquals("cannot read " + missing + ": no such file or folder", refusal.getMessage());
  }

  @Test
  void anyTruncationIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(FIXTURES.resolve("version2.npy"));
    for (int length = 0; length < whole.length; length++) {
      assertRefused(Arrays.copyOf(whole, length), "not a whole NumPy array");
    }
  }

  @Test
  void damagedFilesAreReadOrRefusedAndNothingElse() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = Files.readAllBytes(FIXTURES.resolve(i % 2 == 0 ? "big.npy" : "version3.npy"));
      for (int hits = random.nextInt(1, 4); hits > 0; hits--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Path file = write(bytes);
      try {
        NpyArray array = Npy.read(file);
        assertEquals(array.count(), array.toDoubles().length);
      } catch (ConfigException e) {
        refused++;
        assertOneLineNaming(file, e);
      }
    }
    assertTrue(refused > 1000, refused + " refused");
  }

  private void assertRefused(byte[] bytes, String reason) {
    Path file = write(bytes);
    ConfigException refusal = assertThrows(ConfigException.class, () -> Npy.read(file));
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    assertOneLineNaming(file, refusal);
  }

  public static void assertOneLineNaming(Path file, ConfigException refusal) {
    assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
    assertFalse(refusal.getMessage().contains("\n"), refusal.getMessage());
  }

  private Path write(byte[] bytes) {
    try {
      return Files.write(folder.resolve("damaged.npy"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A .npy file of version 1.0 with this head and so many bytes of data. */
  private static byte[] file(String head, int dataBytes) {
    byte[] text = head.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file = ByteBuffer.allocate(10 + text.length + dataBytes);
    file.put(NpyHeader.MAGIC).put((byte) 1).put((byte) 0);
    file.put((byte) text.length).put((byte) (text.length >> 8)).put(text);
    return file.array();
  }
}
