package io.mulan.frechet;

import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.formats.FoundFiles;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyHeader;
import io.mulan.numpy.NpyType;
import io.mulan.numpy.Npz;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Images of a file or a folder as RGB of 8 bits, which are read batch by batch. */
abstract class RgbImages implements AutoCloseable {
  private static final int RGB = 3;
  private static final int WHITE = 255;
  private static final String IMAGES = "arr_0";

  private final ImageShape shape;
  private final int count;
  private int read;

  private RgbImages(ImageShape shape, int count) {
    this.shape = shape;
    this.count = count;
  }

  /**
   * Opens a folder of pictures of one size, or an array u1 [N,H,W,3], [N,H,W,1] or [N,H,W] from 0
   * to 255: of a .npy, or of a .npz {@code arr_0} or the only one.
   *
   * @throws ConfigException naming the path, if it is none of these
   */
  static RgbImages open(Path path) {
    if (Files.isDirectory(path)) {
      return new Folder(path);
    }
    if (!Files.isRegularFile(path)) {
      throw new ConfigException(
          path
              + " is not a file or folder; give a .npz or .npy file of images, a folder of"
              + " pictures, or a .npz file of mu and sigma");
    }
    try {
      return path.toString().endsWith(".npz") ? archive(path) : array(path);
    } catch (IOException e) {
      throw Npy.failure(path.toString(), e);
    }
  }

  private static RgbImages archive(Path path) throws IOException {
    Npz npz = Npz.open(path);
    try {
      List<String> names = npz.names();
      if (names.size() != 1 && !npz.contains(IMAGES)) {
        throw new ConfigException(
            "%s holds %s; images are taken from arr_0 or the only array".formatted(path, names));
      }
      String name = npz.contains(IMAGES) ? IMAGES : names.get(0);
      return new Array(npz.header(name), npz.elements(name), npz);
    } catch (RuntimeException e) {
      npz.close();
      throw e;
    }
  }

  private static RgbImages array(Path path) throws IOException {
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16));
    try {
      return new Array(NpyHeader.read(in, path.toString()), in, in);
    } catch (RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** Of each image: three channels. */
  ImageShape shape() {
    return shape;
  }

  int count() {
    return count;
  }

  /** The next images, at most so many, one after the other; nothing after the last. */
  byte[] next(int most) {
    int some = Math.min(most, count - read);
    byte[] batch = new byte[Math.multiplyExact(some, shape.size())];
    for (int i = 0; i < some; i++) {
      copy(read++, batch, i * shape.size());
    }
    return batch;
  }

  /** Called for each image in order. */
  abstract void copy(int index, byte[] target, int offset);

  @Override
  public abstract void close();

  private static final class Folder extends RgbImages {
    private static final GreyScale SCALE = new GreyScale(WHITE + 1);

    private final List<Path> files;

    Folder(Path folder) {
      this(folder, FoundFiles.directlyIn(folder, new BadInput(false)).only(PictureFile::isNamed));
    }

    private Folder(Path folder, FoundFiles found) {
      super(shape(folder, found), found.names().size());
      files = found.names().stream().map(folder::resolve).toList();
    }

    private static ImageShape shape(Path folder, FoundFiles found) {
      if (found.names().isEmpty()) {
        throw new ConfigException(
            folder + " has no picture (" + PictureFile.KINDS + ") directly in it");
      }
      Path first = folder.resolve(found.names().get(0));
      PictureFile.Head head = PictureFile.head(first.toString(), PictureFile.Content.of(first));
      return new ImageShape(head.height(), head.width(), RGB);
    }

    @Override
    void copy(int index, byte[] target, int offset) {
      new PictureFile(files.get(index), shape()).copy(SCALE, target, offset);
    }

    @Override
    public void close() {
      // Each file is closed once it is read.
    }
  }

  private static final class Array extends RgbImages {
    private final String name;
    private final DataInputStream in;
    private final AutoCloseable file;
    private final byte[] stored;

    /**
     * @param in its elements
     * @param file to be closed
     */
    Array(NpyHeader head, DataInputStream in, AutoCloseable file) {
      super(shape(head), head.shape()[0]);
      this.name = head.name();
      this.in = in;
      this.file = file;
      int[] sizes = head.shape();
      stored = new byte[sizes[1] * sizes[2] * (sizes.length == 3 ? 1 : sizes[3])];
    }

    private static ImageShape shape(NpyHeader head) {
      int[] s = head.shape();
      boolean grey = s.length == 3 || (s.length == 4 && s[3] == 1);
      boolean colour = s.length == 4 && s[3] == RGB;
      if (head.type() != NpyType.U1 || head.fortran() || !(grey || colour) || s[0] == 0) {
        throw new ConfigException(
            "%s has shape %s and type %s; images are u1 [N, H, W, 3], [N, H, W, 1] or [N, H, W] in C order"
                .formatted(head.name(), Arrays.toString(s), head.type().code()));
      }
      return new ImageShape(s[1], s[2], RGB);
    }

    @Override
    void copy(int index, byte[] target, int offset) {
      try {
        in.readFully(stored);
      } catch (IOException e) {
        throw Npy.failure(name, e);
      }
      int copies = shape().size() / stored.length;
      for (int i = 0; i < shape().size(); i++) {
        target[offset + i] = stored[i / copies];
      }
    }

    @Override
    public void close() {
      try {
        file.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
