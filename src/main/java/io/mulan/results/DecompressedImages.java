package io.mulan.results;

import io.mulan.compression.ImageCompressor;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.data.GrowingNpz;
import io.mulan.data.ImageSet;
import io.mulan.drawing.ImageGrid;
import io.mulan.drawing.Picture;
import io.mulan.drawing.PictureFiles;
import io.mulan.drawing.Pictures;
import io.mulan.files.AtomicFile;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.NpyHeader;
import io.mulan.numpy.NpyType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Images that come stream by stream, written whole or not at all: as pictures in a folder, as a
 * .npy file of levels, or as a .npz file with {@code images} and, if there are any, {@code labels}.
 *
 * @param count of all
 */
record DecompressedImages(DataConfig data, ImageShape shape, int count) {
  private static final int DIGITS = 4;

  /**
   * Finds out that images can be written there, before the work.
   *
   * @throws ConfigException if not
   */
  void requireWritable(Path out) {
    if (!isPictures(out)) {
      OutFolder.requireWritable(out);
      return;
    }
    if (!ImageGrid.shows(shape)) {
      throw new ConfigException(Pictures.why(shape) + "; give a .npy or .npz file as --out");
    }
    if (Files.exists(out)) {
      throw new ConfigException(out + " is there already; name a new folder with --out");
    }
    OutFolder.requireWritable(out.resolve(name(0)));
  }

  private static boolean isPictures(Path out) {
    return !isNamed(out, ".npy") && !isNamed(out, ".npz");
  }

  private static boolean isNamed(Path out, String ending) {
    return out.getFileName().toString().endsWith(ending);
  }

  private static String name(int image) {
    return ("%0" + DIGITS + "d.png").formatted(image);
  }

  /**
   * Writes images.
   *
   * @param reading gives them to the sink, and may throw
   */
  void write(Path out, Consumer<ImageCompressor.Sink> reading) {
    try {
      if (isNamed(out, ".npy")) {
        npy(out, reading);
      } else if (isNamed(out, ".npz")) {
        npz(out, reading);
      } else {
        pictures(out, reading);
      }
    } catch (UncheckedIOException e) {
      throw failure(out, e.getCause());
    } catch (IOException e) {
      throw failure(out, e);
    }
  }

  private static ConfigException failure(Path out, IOException e) {
    return new ConfigException(out + " cannot be written: " + IoReason.of(e), e);
  }

  private void npy(Path out, Consumer<ImageCompressor.Sink> reading) throws IOException {
    int[] all = {count, shape.height(), shape.width(), shape.channels()};
    NpyHeader header = new NpyHeader("images", NpyType.U1, ByteOrder.LITTLE_ENDIAN, false, all);
    AtomicFile.write(
        out,
        stream -> {
          stream.write(header.toBytes());
          reading.accept(
              (images, labels) -> {
                try {
                  stream.write(images);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
        });
  }

  private void npz(Path out, Consumer<ImageCompressor.Sink> reading) {
    try (GrowingNpz npz = new GrowingNpz(out)) {
      reading.accept(
          (images, labels) -> {
            int size = labels.length;
            npz.add(
                "images",
                NpyArray.of(images, size, shape.height(), shape.width(), shape.channels()));
            if (data.classes() > 0) {
              npz.add("labels", NpyArray.of(labels, size));
            }
          });
      npz.write();
    }
  }

  private void pictures(Path out, Consumer<ImageCompressor.Sink> reading) throws IOException {
    AtomicFolder.write(
        out,
        folder -> {
          int[] next = {0};
          reading.accept(
              (levels, labels) -> {
                ImageSet images = new ImageSet("images", shape, data.levels(), levels);
                for (int i = 0; i < images.count(); i++) {
                  PictureFiles.png(folder.resolve(name(next[0]++)), Picture.of(images, i, 1));
                }
              });
        });
  }
}
