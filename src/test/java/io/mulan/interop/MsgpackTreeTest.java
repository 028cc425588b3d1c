package io.mulan.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.mulan.interop.Msgpack.Leaf;
import io.mulan.tf.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;

/** Files that are damaged, or made to do damage, are refused with one line and little memory. */
final class MsgpackTreeTest {
  private static final long[] FOUR = {4};

  /** What reading any of these files may take: the limits of the reader, and its buffers. */
  private static final long MEMORY = 64L << 20;

  @TempDir Path folder;

  /** Packs something by hand. */
  private interface Packing {
    void pack(MessageBufferPacker packer) throws IOException;
  }

  private static byte[] packed(Packing packing) throws IOException {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packing.pack(packer);
      return packer.toByteArray();
    }
  }

  /** An entry {@code a} whose value is an extension of this type, said length and content. */
  private static byte[] extension(int type, int length, byte[] content) throws IOException {
    return packed(
        p ->
            p.packMapHeader(1)
                .packString("a")
                .packExtensionTypeHeader((byte) type, length)
                .writePayload(content));
  }

  private static byte[] array(byte[] body) throws IOException {
    return extension(1, body.length, body);
  }

  private static byte[] array(String type, long[] shape, int length, byte[] bytes)
      throws IOException {
    return array(Msgpack.body(type, shape, length, bytes));
  }

  private static byte[] nested(int depth) throws IOException {
    return packed(
        p -> {
          for (int i = 0; i < depth; i++) {
            p.packMapHeader(1).packString("a");
          }
          p.packMapHeader(0);
        });
  }

  private static byte[] chunked(Object shape, Object chunks) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("__msgpack_chunked_array__", true);
    parts.put("shape", shape);
    parts.put("chunks", chunks);
    return Msgpack.bytes(Map.of("a", parts));
  }

  private static Leaf floats(long... shape) {
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return new Leaf("float32", shape, new byte[4 * count]);
  }

  static Stream<Arguments> hostile() throws IOException {
    byte[] bytes = new byte[16];
    return Stream.of(
        Arguments.of("empty", new byte[0], "does not begin with a dictionary"),
        Arguments.of("a text", "thesis".getBytes(US_ASCII), "does not begin with a dictionary"),
        Arguments.of("a list", packed(p -> p.packArrayHeader(1).packNil()), "a dictionary"),
        Arguments.of("4 G entries", new byte[] {(byte) 0xdf, -1, -1, -1, -1}, "not a whole"),
        Arguments.of("2 G entries", new byte[] {(byte) 0xdf, 127, -1, -1, -1}, "ends too soon"),
        Arguments.of("16 levels", nested(100_000), "more than 16 levels deep"),
        Arguments.of("entries", many(100_000), "more than 65536 entries"),
        Arguments.of("a key twice", twice(), "in a, it is there twice"),
        Arguments.of(
            "a number as key", Msgpack.bytes(Map.of(1L, 1L)), "a name in it is not a text"),
        Arguments.of("a long key", Msgpack.bytes(Map.of("k".repeat(1000), 1L)), "longer than 64"),
        Arguments.of(
            "a huge key", new byte[] {(byte) 0x81, (byte) 0xdb, 127, -1, -1, -1}, "longer"),
        Arguments.of("an odd key", Msgpack.bytes(Map.of("a\nb", 1L)), "other characters"),
        Arguments.of("a path as key", Msgpack.bytes(Map.of("a/b", 1L)), "other characters"),
        Arguments.of("a text", Msgpack.bytes(Map.of("a", "b")), "in a, a string stands where"),
        Arguments.of("a float", Msgpack.bytes(Map.of("a", 1.5)), "in a, a float stands where"),
        Arguments.of("a truth", Msgpack.bytes(Map.of("a", true)), "a truth value is not an array"),
        Arguments.of(
            "2^64",
            packed(
                p ->
                    p.packMapHeader(1)
                        .packString("a")
                        .packBigInteger(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE))),
            "type that Flax does not write"),
        Arguments.of(
            "2 G bytes",
            packed(p -> p.packMapHeader(1).packString("a").packBinaryHeader(Integer.MAX_VALUE)),
            "a binary stands where"),
        Arguments.of("complex", extension(2, 1, new byte[1]), "extension type 2 is not an array"),
        Arguments.of("unknown", extension(77, 1, new byte[1]), "extension type 77 is not an array"),
        Arguments.of("2 G extension", extension(1, Integer.MAX_VALUE, bytes), "the file ends"),
        Arguments.of("no array", extension(1, 1, new byte[] {1}), "type that Flax does not write"),
        Arguments.of(
            "two parts",
            array(packed(p -> p.packArrayHeader(2).packNil().packNil())),
            "not made of shape, type and bytes"),
        Arguments.of(
            "a float size",
            array(packed(p -> p.packArrayHeader(3).packArrayHeader(1).packDouble(4))),
            "type that Flax does not write"),
        Arguments.of("objects", array("object", FOUR, 16, bytes), "of type object"),
        Arguments.of("fields", array("void64", FOUR, 16, bytes), "of type void64"),
        Arguments.of("an odd type", array("\u0007", FOUR, 16, bytes), "of type ?"),
        Arguments.of("a long type", array("f".repeat(999), FOUR, 16, bytes), "longer than 64"),
        Arguments.of("too few", array("float32", new long[] {5}, 16, bytes), "do not fill"),
        Arguments.of("too many", array("float32", new long[] {3}, 16, bytes), "do not fill"),
        Arguments.of("no dimension", array("float32", new long[0], 16, bytes), "do not fill"),
        Arguments.of("more than there is", array("float32", FOUR, 1 << 30, bytes), "do not fill"),
        Arguments.of("less than there is", array("float32", new long[] {2}, 8, bytes), "do not"),
        Arguments.of("negative", array("float32", new long[] {-4}, 16, bytes), "is negative"),
        Arguments.of(
            "both negative", array("float32", new long[] {-2, -2}, 16, bytes), "is negative"),
        Arguments.of(
            "2^64 elements",
            array("float32", new long[] {1L << 32, 1L << 32}, 0, new byte[0]),
            "larger than any file"),
        Arguments.of("rank 33", array("float32", new long[33], 0, new byte[0]), "32 dimensions"),
        Arguments.of(
            "2 G dimensions",
            array(packed(p -> p.packArrayHeader(3).packArrayHeader(Integer.MAX_VALUE))),
            "32 dimensions"),
        Arguments.of("no chunks", chunked(Map.of("0", 0L), Map.of()), "no chunks"),
        Arguments.of("no shape", chunked(1L, Map.of("0", floats(4))), "of shape and chunks"),
        Arguments.of(
            "a gap", chunked(Map.of("0", 8L), Map.of("0", floats(4), "2", floats(4))), "of shape"),
        Arguments.of(
            "small chunks", chunked(Map.of("0", 9L), Map.of("0", floats(4))), "do not fill"),
        Arguments.of(
            "a huge shape",
            chunked(Map.of("0", 1L << 40, "1", 1L << 40), Map.of("0", floats(4))),
            "larger than any file"),
        Arguments.of(
            "a negative shape", chunked(Map.of("0", -4L), Map.of("0", floats(4))), "is negative"),
        Arguments.of(
            "a float as shape",
            chunked(Map.of("0", floats()), Map.of("0", floats(4))),
            "must be a whole number"),
        Arguments.of(
            "a square chunk", chunked(Map.of("0", 4L), Map.of("0", floats(2, 2))), "not rows"),
        Arguments.of(
            "two types",
            chunked(
                Map.of("0", 8L),
                Map.of("0", floats(4), "1", new Leaf("int32", FOUR, new byte[16]))),
            "not rows of one type"),
        Arguments.of(
            "chunks of chunks",
            chunked(Map.of("0", 4L), Map.of("0", Map.of("0", floats(4)))),
            "of shape and chunks"),
        Arguments.of(
            "not chunked",
            Msgpack.bytes(Map.of("a", Map.of("__msgpack_chunked_array__", false))),
            "of shape and chunks"),
        Arguments.of("bytes after it", after(), "1 bytes follow its end"));
  }

  private static byte[] many(int count) throws IOException {
    return packed(
        p -> {
          p.packMapHeader(count);
          for (int i = 0; i < count; i++) {
            p.packString("k" + i).packInt(1);
          }
        });
  }

  private static byte[] twice() throws IOException {
    return packed(p -> p.packMapHeader(2).packString("a").packInt(1).packString("a").packInt(2));
  }

  private static byte[] after() throws IOException {
    return packed(p -> p.packMapHeader(1).packString("a").packInt(1).packNil());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void hostile(String what, byte[] content, String why) throws IOException {
    Path file = Files.write(folder.resolve("hostile.flax"), content);
    Runtime.getRuntime().gc();
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = bean.getCurrentThreadAllocatedBytes();
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> MsgpackTree.read(file), what);
    long taken = bean.getCurrentThreadAllocatedBytes() - before;
    assertTrue(e.getMessage().contains(why), e::getMessage);
    assertTrue(e.getMessage().contains("hostile.flax"), e::getMessage);
    assertEquals(1, e.getMessage().lines().count(), e::getMessage);
    assertTrue(taken < MEMORY, () -> what + " took " + taken + " bytes");
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Fixture.MULAN_VELOCITY.file(".flax"));
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      int length = i < 50 ? i : random.nextInt(whole.length);
      Path file = Files.write(folder.resolve("cut.flax"), Arrays.copyOf(whole, length));
      assertThrows(CheckpointException.class, () -> MsgpackTree.read(file), "at " + length);
    }
  }

  @Test
  void aFileWithAnyByteChangedIsReadOrRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Fixture.VDM.file(".flax"));
    Random random = new Random(2);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] changed = whole.clone();
      for (int k = 0; k <= i % 4; k++) {
        // The first half of the changes hits the frame: names and heads.
        int at = i % 2 == 0 ? random.nextInt(400) : random.nextInt(whole.length);
        changed[at] = (byte) random.nextInt(256);
      }
      Path file = Files.write(folder.resolve("changed.flax"), changed);
      try {
        SortedMap<String, StoredArray> arrays = MsgpackTree.read(file);
        assertTrue(arrays.size() < 10_000);
      } catch (CheckpointException e) {
        refused++;
      }
    }
    assertTrue(refused > 500, "refused " + refused);
  }

  @Test
  void numbersOfPythonAndNumPyAreArraysWithoutDimensions() throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    byte[] scalar = Msgpack.body("int32", new long[0], 4, new byte[] {7, 0, 0, 0});
    content.write(
        packed(
            p ->
                p.packMapHeader(3)
                    .packString("a")
                    .packLong(123456789012L)
                    .packString("b")
                    .packExtensionTypeHeader((byte) 3, scalar.length)
                    .writePayload(scalar)
                    .packString("c")
                    .packNil()));
    Path file = Files.write(folder.resolve("scalars.flax"), content.toByteArray());
    SortedMap<String, StoredArray> arrays = MsgpackTree.read(file);
    assertEquals(Set.of("a", "b"), arrays.keySet());
    assertEquals(123456789012L, arrays.get("a").whole(file));
    assertEquals(7, arrays.get("b").whole(file));
  }
}
