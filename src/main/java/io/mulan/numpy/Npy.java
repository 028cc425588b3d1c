package io.mulan.numpy;

import io.mulan.files.AtomicFile;
import io.mulan.files.ConfigException;
import io.mulan.files.HeapShare;
import io.mulan.files.IoReason;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads and writes NumPy's .npy files, format versions 1.0 to 3.0, of either byte order. Arrays in
 * Fortran order are transposed to C order while they are read.
 */
public final class Npy {
  private Npy() {}

  /**
   * Reads a file that holds one array.
   *
   * @throws ConfigException naming the file, if it is missing, damaged or of another format
   */
  public static NpyArray read(Path file) {
    String name = file.toString();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return read(in, Files.size(file), name);
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  /**
   * Reads one array up to the end of the stream; {@code name} stands for it in messages.
   *
   * @param most bytes that the stream can have
   * @throws ConfigException if the bytes are not one whole array, or more than memory has room for
   */
  static NpyArray read(InputStream in, long most, String name) throws IOException {
    NpyHeader header = NpyHeader.read(new DataInputStream(in), name);
    int expected = header.byteCount();
    HeapShare.require(name, Math.min(expected, most));
    // readNBytes grows with what arrives: a false shape over a short file costs no memory.
    byte[] data = in.readNBytes(expected);
    if (data.length < expected) {
      throw broken(
          name,
          "shape %s of %s needs %d bytes, but %d follow"
              .formatted(header.shapeText(), header.type().code(), expected, data.length));
    }
    if (in.read() != -1) {
      throw broken(name, "bytes follow the last element");
    }
    int[] shape = header.shape();
    byte[] ordered = header.fortran() ? toRowMajor(data, shape, header.type().bytes()) : data;
    return new NpyArray(name, header.type(), shape, ordered, header.order());
  }

  /** Reorders elements of which the first index runs fastest so that the last one does. */
  private static byte[] toRowMajor(byte[] data, int[] shape, int width) {
    byte[] ordered = new byte[data.length];
    int[] index = new int[shape.length];
    for (int from = 0; from < data.length; from += width) {
      int to = 0;
      for (int d = 0; d < shape.length; d++) {
        to = to * shape[d] + index[d];
      }
      System.arraycopy(data, from, ordered, to * width, width);
      for (int d = 0; d < shape.length && ++index[d] == shape[d]; d++) {
        index[d] = 0;
      }
    }
    return ordered;
  }

  /**
   * Writes one array in format version 1.0.
   *
   * @throws ConfigException naming the file, if it cannot be written
   */
  public static void write(Path file, NpyArray array) {
    try {
      AtomicFile.write(file, out -> write(out, array));
    } catch (IOException e) {
      throw new ConfigException("cannot write " + file + ": " + IoReason.of(e));
    }
  }

  public static void write(OutputStream out, NpyArray array) throws IOException {
    out.write(array.header().toBytes());
    out.write(array.data());
  }

  public static ConfigException broken(String name, String why) {
    return new ConfigException(
        name + " is not a whole NumPy array: " + why + "; write it again with numpy.save");
  }

  public static ConfigException failure(String name, IOException e) {
    return e instanceof EOFException
        ? broken(name, "it ends too soon")
        : new ConfigException("cannot read " + name + ": " + IoReason.of(e));
  }
}
