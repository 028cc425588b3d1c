package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.DataConfig.Kind;
import io.mulan.config.ImageShape;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.ImageFiles;
import io.mulan.files.AtomicFolder;
import io.mulan.files.Cache;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.NpyHeader;
import io.mulan.numpy.NpyType;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small files that hold much, or claim to: refused in one line before memory or disk is taken. */
class LargeFilesTest {
  private static final int MUCH = 65 << 20;

  @TempDir Path folder;

  /** What the tests unpacked is as large as they are about. */
  @AfterEach
  void clear() throws IOException {
    if (Files.exists(unpacked())) {
      try (Stream<Path> all = Files.list(unpacked())) {
        for (Path p : all.filter(f -> f.getFileName().toString().matches("large[.-].*")).toList()) {
          AtomicFolder.delete(p);
        }
      }
    }
  }

  private void idx(String name, byte[] content, int... sizes) throws IOException {
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(folder.resolve(name)))) {
      out.writeInt(8 << 8 | sizes.length);
      for (int size : sizes) {
        out.writeInt(size);
      }
      out.write(content);
    }
  }

  @Test
  void labelsThatAnIdxFileOnlyClaimsTakeNoMemory() throws IOException {
    idx("train-images-idx3-ubyte", new byte[40], 10, 2, 2);
    idx("train-labels-idx1-ubyte", new byte[20], Integer.MAX_VALUE);
    String given = DataFiles.refusal(Kind.IDX, folder);
    assertTrue(given.contains("train-labels-idx1-ubyte has 20 bytes after offset 8"), given);
  }

  /** An archive of zeros: a thousandth of their size. */
  private Path npz(NpyHeader images) throws IOException {
    Path file = folder.resolve("large.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("images.npy"));
      zip.write(images.toBytes());
      zeros(zip, images.byteCount());
    }
    return file;
  }

  private static void zeros(OutputStream out, long count) throws IOException {
    byte[] some = new byte[1 << 20];
    for (long left = count; left > 0; left -= some.length) {
      out.write(some, 0, (int) Math.min(left, some.length));
    }
  }

  private static NpyHeader header(NpyType type, int... shape) {
    return new NpyHeader("zeros", type, ByteOrder.LITTLE_ENDIAN, false, shape);
  }

  private static Path unpacked() {
    return Cache.folder().resolve("unpacked");
  }

  /** Of this class's files: other classes unpack theirs at the same time. */
  private static long unpackedBytes() throws IOException {
    if (!Files.exists(unpacked())) {
      return 0;
    }
    long bytes = 0;
    try (DirectoryStream<Path> own = Files.newDirectoryStream(unpacked(), "*large*")) {
      for (Path each : own) {
        for (Path file : Files.isDirectory(each) ? AtomicFolder.files(each) : List.of(each)) {
          bytes += Files.size(file);
        }
      }
    }
    return bytes;
  }

  @Test
  void anArrayThatUnpacksToMuchIsRefusedBeforeItDoes() throws IOException {
    Path file = npz(header(NpyType.U1, MUCH / 1024, 32, 32, 1));
    assertTrue(Files.size(file) < MUCH / 500);
    long before = unpackedBytes();
    String given = DataFiles.refusal(Kind.NPZ, file);
    assertTrue(given.contains("large.npz, array images unpacks to more than 64 MiB"), given);
    assertTrue(given.contains("--allow-large"), given);
    assertEquals(before, unpackedBytes(), "nothing is in the cache");
    Dataset set = Datasets.open(DataFiles.config(Kind.NPZ, file, "data.allow_large=true"));
    assertEquals(MUCH / 1024, set.train().count() + set.test().count());
  }

  @Test
  void gzipThatUnpacksToMuchIsRefused() throws IOException {
    Path file = folder.resolve("large-idx3-ubyte.gz");
    try (DataOutputStream out =
        new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(0x0803);
      out.writeInt(MUCH / 1024);
      out.writeInt(32);
      out.writeInt(32);
      zeros(out, MUCH);
    }
    long before = unpackedBytes();
    String given = DataFiles.refusal(Kind.IDX, file);
    assertTrue(
        given.contains("unpacks to more than 64 MiB") && given.contains("--allow-large"), given);
    assertEquals(before, unpackedBytes(), "nothing is in the cache");
    ParserInput.readAll(DataFiles.config(Kind.IDX, file, "data.allow_large=true"));
  }

  /** A quarter of the memory of this program, and more. */
  private static int tooMuch() {
    return (int) Math.min(Integer.MAX_VALUE - 100, Runtime.getRuntime().maxMemory() / 3);
  }

  /** Makes the directory of an archive say other sizes of an entry than it has. */
  private static void claim(Path file, String entry, int packed, int size) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = text.lastIndexOf(entry) - 46;
    assertEquals("PK\u0001\u0002", text.substring(at, at + 4));
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(at + 20, packed)
        .putInt(at + 24, size);
    Files.write(file, bytes);
  }

  @Test
  void labelsThatMemoryHasNoRoomForAreRefused() throws IOException {
    Path file = folder.resolve("labels.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("images.npy"));
      Npy.write(zip, NpyArray.of(new byte[40], 10, 2, 2, 1));
      zip.putNextEntry(new ZipEntry("labels.npy"));
      zip.write(header(NpyType.U1, tooMuch()).toBytes());
    }
    claim(file, "labels.npy", tooMuch() / 10, tooMuch());
    String given = DataFiles.refusal(Kind.NPZ, file);
    assertTrue(given.contains("labels.npz, array labels takes"), given);
    assertTrue(given.contains("-Xmx"), given);
  }

  @Test
  void anArrayOfTheUsersThatMemoryHasNoRoomForIsRefused() throws IOException {
    Path file = folder.resolve("images.npy");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] head = header(NpyType.U1, tooMuch(), 1, 1, 1).toBytes();
      sparse.write(head);
      sparse.setLength(head.length + (long) tooMuch());
    }
    String given = DataFiles.refusal(() -> ImageFiles.read(file, new ImageShape(1, 1, 1), 256));
    assertTrue(given.contains("images.npy takes"), given);
  }

  @Test
  void aStoredArrayThatIsLongerThanItsFileIsRefused() throws IOException {
    Path file = folder.resolve("stored.npz");
    byte[] content = header(NpyType.U1, 1 << 30, 1, 1).toBytes();
    CRC32 crc = new CRC32();
    crc.update(content);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      ZipEntry entry = new ZipEntry("images.npy");
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      entry.setCompressedSize(content.length);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(content);
      zip.closeEntry();
    }
    claim(file, "images.npy", content.length + (1 << 30), content.length + (1 << 30));
    String given = DataFiles.refusal(Kind.NPZ, file);
    assertTrue(given.contains("stored.npz"), given);
  }

  @ParameterizedTest
  @ValueSource(ints = {8000, 60_000})
  void aPictureThatClaimsMorePixelsThanItsBytesCanHoldIsRefused(int side) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(png)) {
      out.writeLong(0x89504E470D0A1A0AL);
      ByteArrayOutputStream chunk = new ByteArrayOutputStream();
      try (DataOutputStream head = new DataOutputStream(chunk)) {
        head.writeBytes("IHDR");
        head.writeInt(side);
        head.writeInt(side);
        head.write(new byte[] {8, 0, 0, 0, 0});
      }
      CRC32 crc = new CRC32();
      crc.update(chunk.toByteArray());
      out.writeInt(13);
      out.write(chunk.toByteArray());
      out.writeInt((int) crc.getValue());
    }
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Files.write(pictures.resolve("a.png"), png.toByteArray());
    String given = DataFiles.refusal(Kind.IMAGES, pictures);
    assertTrue(given.contains("a.png"), given);
    assertTrue(given.contains("pixels"), given);
    assertFalse(given.contains("damaged"), given);
  }
}
