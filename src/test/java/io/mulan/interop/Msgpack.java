package io.mulan.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;

/** Msgpack files made by hand. */
final class Msgpack {
  private Msgpack() {}

  /** An array as a file of Flax has it. */
  record Leaf(String type, long[] shape, byte[] bytes) {

    static Leaf of(long value) {
      byte[] bytes =
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array();
      return new Leaf("int32", new long[0], bytes);
    }

    /** Several times, on a new first axis. */
    Leaf repeated(int copies) {
      long[] longer = new long[shape.length + 1];
      longer[0] = copies;
      System.arraycopy(shape, 0, longer, 1, shape.length);
      ByteBuffer all = ByteBuffer.allocate(copies * bytes.length);
      for (int i = 0; i < copies; i++) {
        all.put(bytes);
      }
      return new Leaf(type, longer, all.array());
    }
  }

  /** The arrays of a file by path. */
  static SortedMap<String, Leaf> read(Path file) {
    SortedMap<String, Leaf> leaves = new TreeMap<>();
    MsgpackTree.read(file)
        .forEach(
            (path, array) -> {
              try (InputStream in = array.source().open()) {
                leaves.put(path, new Leaf(array.type(), array.shape(), in.readAllBytes()));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return leaves;
  }

  /** Writes arrays by path, each changed. */
  static void write(Path file, SortedMap<String, Leaf> leaves, UnaryOperator<Leaf> change)
      throws IOException {
    Map<String, Object> root = new TreeMap<>();
    leaves.forEach((path, leaf) -> put(root, path, change.apply(leaf)));
    Files.write(file, bytes(root));
  }

  @SuppressWarnings("unchecked") // maps are made here only
  private static void put(Map<String, Object> level, String path, Leaf leaf) {
    int slash = path.indexOf('/');
    if (slash < 0) {
      level.put(path, leaf);
    } else {
      Object below = level.computeIfAbsent(path.substring(0, slash), n -> new TreeMap<>());
      put((Map<String, Object>) below, path.substring(slash + 1), leaf);
    }
  }

  /** Of maps, {@link Leaf}, whole numbers, texts, truth values and bytes as they are. */
  static byte[] bytes(Object node) {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      pack(packer, node);
      return packer.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pack(MessageBufferPacker packer, Object node) throws IOException {
    if (node instanceof Map<?, ?> map) {
      packer.packMapHeader(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        pack(packer, entry.getKey());
        pack(packer, entry.getValue());
      }
    } else if (node instanceof Leaf leaf) {
      byte[] body = body(leaf.type, leaf.shape, leaf.bytes.length, leaf.bytes);
      packer.packExtensionTypeHeader((byte) 1, body.length).writePayload(body);
    } else if (node instanceof Long value) {
      packer.packLong(value);
    } else if (node instanceof Double value) {
      packer.packDouble(value);
    } else if (node instanceof Boolean value) {
      packer.packBoolean(value);
    } else if (node instanceof byte[] raw) {
      packer.writePayload(raw);
    } else {
      packer.packString((String) node);
    }
  }

  /** What an array's extension holds, with the length of the bytes that it says. */
  static byte[] body(String type, long[] shape, int length, byte[] bytes) throws IOException {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packer.packArrayHeader(3).packArrayHeader(shape.length);
      for (long size : shape) {
        packer.packLong(size);
      }
      packer.packString(type).packBinaryHeader(length).writePayload(bytes);
      return packer.toByteArray();
    }
  }
}
