package io.mulan.interop;

import io.mulan.files.Printable;
import io.mulan.tf.CheckpointException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.msgpack.core.ExtensionTypeHeader;
import org.msgpack.core.MessageFormat;
import org.msgpack.core.MessageInsufficientBufferException;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;

/**
 * The arrays in a msgpack file of {@code flax.serialization}, by their path in its tree: a
 * dictionary of dictionaries, with arrays and numbers as leaves.
 *
 * <p>One pass finds out where each array lies and what its form is; no element is kept. Everything
 * that the file says is checked before it is used, and what is kept is bounded: levels, nodes and
 * lengths of names.
 */
final class MsgpackTree {
  /** A published checkpoint has ten levels. */
  private static final int MAX_DEPTH = 16;

  /** A published checkpoint has up to some twenty thousand. */
  private static final int MAX_NODES = 1 << 16;

  private static final int MAX_NAME = 64;
  private static final int MAX_RANK = 32;
  private static final Pattern NAME = Pattern.compile("[\\w.\\-]+");

  private static final String CHUNKED = "__msgpack_chunked_array__";
  private static final byte ARRAY = 1;
  private static final byte SCALAR = 3;

  private sealed interface Node permits Branch, Leaf, Flag {}

  private record Branch(Map<String, Node> children) implements Node {}

  private record Leaf(StoredArray array) implements Node {}

  private record Flag(boolean value) implements Node {}

  private final Path file;
  private final long size;
  private final MessageUnpacker in;
  private final byte[] skipped = new byte[1 << 16];
  private int nodes;

  private MsgpackTree(Path file, long size, MessageUnpacker in) {
    this.file = file;
    this.size = size;
    this.in = in;
  }

  /**
   * Finds the arrays of a file.
   *
   * @return by path, the names on it joined by slashes
   * @throws CheckpointException if it is not whole, or holds anything but such a tree
   */
  static SortedMap<String, StoredArray> read(Path file) {
    try (MessageUnpacker in =
        MessagePack.newDefaultUnpacker(new BufferedInputStream(Files.newInputStream(file)))) {
      MsgpackTree tree = new MsgpackTree(file, Files.size(file), in);
      if (!in.hasNext() || !in.getNextFormat().getValueType().isMapType()) {
        throw tree.wrong("", "it does not begin with a dictionary");
      }
      Node root = tree.node("", 0);
      if (in.getTotalReadBytes() != tree.size) {
        throw tree.wrong("", (tree.size - in.getTotalReadBytes()) + " bytes follow its end");
      }
      SortedMap<String, StoredArray> arrays = new TreeMap<>();
      tree.flatten("", root, arrays);
      return arrays;
    } catch (MessagePackException | IOException e) {
      throw unreadable(file, e);
    }
  }

  private static CheckpointException unreadable(Path file, Exception e) {
    String why =
        e instanceof MessageInsufficientBufferException
            ? "it ends too soon"
            : e instanceof MessagePackException
                ? "an entry is of a type that Flax does not write there"
                : String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new CheckpointException(
        file + " is not a whole checkpoint of Flax: " + why + "; copy it again from its source", e);
  }

  private void flatten(String path, Node node, SortedMap<String, StoredArray> arrays) {
    if (node instanceof Branch branch) {
      branch.children.forEach((name, child) -> flatten(below(path, name), child, arrays));
    } else if (node instanceof Leaf leaf) {
      arrays.put(path, leaf.array.at(path));
    } else {
      throw wrong(path, "a truth value is not an array");
    }
  }

  private static String below(String path, String name) {
    return path.isEmpty() ? name : path + "/" + name;
  }

  private Node node(String path, int depth) throws IOException {
    if (++nodes > MAX_NODES) {
      throw wrong(path, "it holds more than " + MAX_NODES + " entries");
    }
    MessageFormat format = in.getNextFormat();
    return switch (format.getValueType()) {
      case MAP -> map(path, depth);
      case EXTENSION -> new Leaf(extension(path));
      case INTEGER -> new Leaf(StoredArray.of(path, in.unpackLong()));
      case BOOLEAN -> new Flag(in.unpackBoolean());
      case NIL -> {
        in.unpackNil();
        yield new Branch(Map.of());
      }
      default ->
          throw wrong(
              path,
              "a "
                  + format.getValueType().name().toLowerCase(Locale.ROOT)
                  + " stands where only dictionaries, arrays and whole numbers can");
    };
  }

  private Node map(String path, int depth) throws IOException {
    if (depth >= MAX_DEPTH) {
      throw wrong(path, "it is nested more than " + MAX_DEPTH + " levels deep");
    }
    int count = in.unpackMapHeader();
    Map<String, Node> children = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String name = name(path);
      if (children.containsKey(name)) {
        throw wrong(below(path, name), "it is there twice");
      }
      children.put(name, node(below(path, name), depth + 1));
    }
    return children.containsKey(CHUNKED) ? new Leaf(chunked(path, children)) : new Branch(children);
  }

  private String name(String path) throws IOException {
    if (!in.getNextFormat().getValueType().isStringType()) {
      throw wrong(path, "a name in it is not a text");
    }
    String name = text(path, in.unpackRawStringHeader());
    if (!NAME.matcher(name).matches()) {
      throw wrong(path, "a name in it has other characters than letters, digits, _, . and -");
    }
    return name;
  }

  private String text(String path, int length) throws IOException {
    if (length > MAX_NAME) {
      throw wrong(path, "a name in it is longer than " + MAX_NAME + " characters");
    }
    return new String(in.readPayload(length), StandardCharsets.ISO_8859_1);
  }

  /** An array as Flax packs it: a msgpack of its own, of shape, type and bytes. */
  private StoredArray extension(String path) throws IOException {
    ExtensionTypeHeader header = in.unpackExtensionTypeHeader();
    long start = in.getTotalReadBytes();
    if (header.getType() != ARRAY && header.getType() != SCALAR) {
      throw wrong(path, "extension type " + header.getType() + " is not an array of real numbers");
    }
    if (header.getLength() > size - start) {
      throw wrong(path, "it claims " + header.getLength() + " bytes, but the file ends");
    }
    if (in.unpackArrayHeader() != 3) {
      throw wrong(path, "an array is not made of shape, type and bytes");
    }
    long[] shape = shape(path);
    String type = text(path, in.unpackRawStringHeader());
    Integer width = StoredArray.ELEMENT_BYTES.get(type);
    if (width == null) {
      throw wrong(
          path, "its elements are of type " + Printable.of(type) + ", which is not read here");
    }
    long length = in.unpackBinaryHeader();
    long from = in.getTotalReadBytes();
    if (length != bytes(path, shape, width) || from + length != start + header.getLength()) {
      throw wrong(path, "its bytes do not fill its shape");
    }
    skip(length);
    return new StoredArray(path, type, shape, () -> FileSlice.open(file, from, length));
  }

  private long[] shape(String path) throws IOException {
    int rank = in.unpackArrayHeader();
    if (rank > MAX_RANK) {
      throw wrong(path, "it has more than " + MAX_RANK + " dimensions");
    }
    long[] shape = new long[rank];
    for (int i = 0; i < rank; i++) {
      shape[i] = in.unpackLong();
    }
    return shape;
  }

  private long bytes(String path, long[] shape, int width) {
    try {
      long bytes = width;
      for (long length : shape) {
        if (length < 0) {
          throw wrong(path, "a dimension of it is negative");
        }
        bytes = Math.multiplyExact(bytes, length);
      }
      return bytes;
    } catch (ArithmeticException e) {
      throw wrong(path, "its shape is larger than any file");
    }
  }

  private void skip(long length) throws IOException {
    for (long left = length; left > 0; ) {
      int count = (int) Math.min(left, skipped.length);
      in.readPayload(skipped, 0, count);
      left -= count;
    }
  }

  /** An array beyond a gigabyte, which Flax stores as a row of pieces. */
  private StoredArray chunked(String path, Map<String, Node> parts) throws IOException {
    if (!(parts.get(CHUNKED) instanceof Flag flag && flag.value) || parts.size() != 3) {
      throw wrong(path, "a chunked array is not made of shape and chunks");
    }
    List<StoredArray> lengths = row(path, parts.get("shape"), MAX_RANK);
    List<StoredArray> chunks = row(path, parts.get("chunks"), MAX_NODES);
    if (chunks.isEmpty()) {
      throw wrong(path, "a chunked array has no chunks");
    }
    long[] shape = new long[lengths.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = lengths.get(i).whole(file);
    }
    String type = chunks.get(0).type();
    int width = StoredArray.ELEMENT_BYTES.get(type);
    long bytes = 0;
    for (StoredArray chunk : chunks) {
      if (!chunk.type().equals(type) || chunk.shape().length != 1) {
        throw wrong(path, "its chunks are not rows of one type");
      }
      bytes += chunk.shape()[0] * width; // each at most the file's size
    }
    if (bytes != bytes(path, shape, width)) {
      throw wrong(path, "its chunks do not fill its shape");
    }
    return new StoredArray(path, type, shape, () -> joined(chunks));
  }

  /** What Flax makes of a tuple: a dictionary from 0, 1, ... */
  private List<StoredArray> row(String path, Node node, int most) {
    List<StoredArray> row = new ArrayList<>();
    if (!(node instanceof Branch branch) || branch.children.size() > most) {
      throw wrong(path, "a chunked array is not made of shape and chunks");
    }
    for (int i = 0; i < branch.children.size(); i++) {
      if (!(branch.children.get(Integer.toString(i)) instanceof Leaf leaf)) {
        throw wrong(path, "a chunked array is not made of shape and chunks");
      }
      row.add(leaf.array);
    }
    return row;
  }

  /** The chunks one after another, each opened when the one before has ended. */
  @SuppressWarnings("JdkObsolete") // a SequenceInputStream takes nothing newer
  private static InputStream joined(List<StoredArray> chunks) {
    Iterator<StoredArray> left = chunks.iterator();
    return new SequenceInputStream(
        new Enumeration<>() {
          @Override
          public boolean hasMoreElements() {
            return left.hasNext();
          }

          @Override
          public InputStream nextElement() {
            try {
              return left.next().source().open();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        });
  }

  private CheckpointException wrong(String path, String why) {
    return new CheckpointException(
        file
            + " is not a checkpoint of Flax: "
            + (path.isEmpty() ? "" : "in " + path + ", ")
            + why
            + "; name a file that flax.serialization wrote");
  }
}
