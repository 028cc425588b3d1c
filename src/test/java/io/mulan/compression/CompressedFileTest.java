package io.mulan.compression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The format of a file: its head, streams and checksum. */
final class CompressedFileTest {
  private static final CompressedFile.Head HEAD =
      new CompressedFile.Head(0x12345678, -2, 250, 1.25, 1000, 3);

  private static final byte[][] STREAMS = {new byte[150], {1, 2, 3, 4, 5}, {-1, 0, 7, 8, 9, 10}};

  @TempDir Path folder;
  private Path file;
  private byte[] bytes;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("a.mulan");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CompressedFile.Writer writer = new CompressedFile.Writer(out, HEAD);
    for (byte[] stream : STREAMS) {
      writer.write(stream);
    }
    bytes = out.toByteArray();
    Files.write(file, bytes);
  }

  private String refusal(byte... content) throws IOException {
    Files.write(file, content);
    String message = assertThrows(ConfigException.class, this::readAll).getMessage();
    assertEquals(1, message.lines().count());
    assertTrue(message.startsWith(file.toString()), message);
    return message;
  }

  private void readAll() {
    try (CompressedFile.Reader reader = new CompressedFile.Reader(file)) {
      for (int i = 0; i < reader.head().streams(); i++) {
        reader.next();
      }
    }
  }

  @Test
  void headAndStreamsComeBack() {
    try (CompressedFile.Reader reader = new CompressedFile.Reader(file)) {
      assertEquals(HEAD, reader.head());
      for (byte[] stream : STREAMS) {
        assertArrayEquals(stream, reader.next());
      }
    }
  }

  @Test
  void imagesAreSpreadEvenlyOverStreams() {
    assertEquals(0, HEAD.first(0));
    assertEquals(333, HEAD.count(0));
    assertEquals(1000, HEAD.first(3));
    assertEquals(1000, HEAD.count(0) + HEAD.count(1) + HEAD.count(2));
  }

  @Test
  void aFlippedBitAnywhereIsNoticed() throws IOException {
    for (int bit = 0; bit < 8 * bytes.length; bit += bit < 240 ? 1 : 17) {
      byte[] other = bytes.clone();
      other[bit / 8] ^= (byte) (1 << bit % 8);
      refusal(other);
    }
  }

  @Test
  void aFileThatEndsTooSoonIsNoticed() throws IOException {
    for (int length = 0; length < bytes.length; length += length < 40 ? 1 : 7) {
      refusal(Arrays.copyOf(bytes, length));
    }
  }

  @Test
  void otherFilesAndVersionsAreNamed() throws IOException {
    assertTrue(refusal(new byte[100]).contains("is not a file of mulan compress"));
    byte[] newer = bytes.clone();
    newer[3] = 2;
    assertTrue(refusal(newer).contains("format version 2; this program reads version 1"));
    Files.delete(file);
    assertTrue(
        assertThrows(ConfigException.class, this::readAll)
            .getMessage()
            .endsWith("cannot be read: no such file or folder"));
  }

  /** The checksum is right, so the rest is read. */
  @Test
  void anyBytesAreReadOrRefused() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 500; i++) {
      byte[] some = bytes.clone();
      for (int k = 0; k < 3; k++) {
        some[4 + random.nextInt(30)] = (byte) random.nextInt();
      }
      CRC32C crc = new CRC32C();
      crc.update(some, 0, some.length - 4);
      for (int k = 0; k < 4; k++) {
        some[some.length - 1 - k] = (byte) (crc.getValue() >>> (8 * k));
      }
      Files.write(file, some);
      try {
        readAll();
      } catch (ConfigException e) {
        assertTrue(e.getMessage().startsWith(file.toString()));
      }
    }
  }
}
