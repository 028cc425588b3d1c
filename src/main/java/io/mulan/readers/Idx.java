package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.formats.Unpacked;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The IDX format of MNIST and Fashion-MNIST: a folder with the four files under their usual names,
 * or one file of images; compressed by gzip or not.
 */
public final class Idx {
  private static final int UNSIGNED_BYTES = 8;

  private Idx() {}

  /** What a file's head says: magic 0, 0, type, number of sizes; the sizes, big-endian. */
  private record Head(int[] sizes) {
    /** What follows the head, as records. */
    RecordFile records(Path named, Path file, RecordFile.Layout layout, int levels, BadInput bad) {
      long start = 4 + 4L * sizes.length;
      long bytes = RecordFile.size(file) - start;
      return RecordFile.of(named.toString(), file, start, bytes, sizes[0], layout, levels, bad);
    }
  }

  public static FoundImages find(DataConfig config, BadInput bad) {
    Path named = Path.of(config.path());
    if (!Files.isDirectory(named)) {
      return images(named, Optional.empty(), config, bad);
    }
    Path path = folder(named);
    Path train =
        file(path, "train", "images", 3)
            .orElseThrow(
                () ->
                    new ConfigException(
                        named
                            + " has neither train-images-idx3-ubyte nor that with .gz; put it there, or"
                            + " name one idx file as data.path (mulan data fetch mnist)"));
    FoundImages found = images(train, file(path, "train", "labels", 1), config, bad);
    Optional<Path> test = file(path, "t10k", "images", 3);
    if (test.isEmpty()) {
      return found;
    }
    FoundImages other = images(test.get(), file(path, "t10k", "labels", 1), config, bad);
    if (!other.shape().equals(found.shape())) {
      throw new ConfigException(
          "%s has images of %s, but %s of %s; one shape is needed"
              .formatted(test.get(), other.shape(), train, found.shape()));
    }
    return new FoundImages(found.shape(), found.train(), other.train());
  }

  /** The folder itself, or where torchvision puts the files below it: {@code MNIST/raw}. */
  private static Path folder(Path named) {
    return Stream.of(
            named,
            named.resolve("raw"),
            named.resolve("MNIST/raw"),
            named.resolve("FashionMNIST/raw"))
        .filter(f -> file(f, "train", "images", 3).isPresent())
        .findFirst()
        .orElse(named);
  }

  /** The names of MNIST's files as published, and as they are often unpacked. */
  private static Optional<Path> file(Path folder, String split, String what, int sizes) {
    return Stream.of("-idx", ".idx")
        .map(dot -> split + "-" + what + dot + sizes + "-ubyte")
        .flatMap(name -> Stream.of(name, name + ".gz"))
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static FoundImages images(
      Path file, Optional<Path> labels, DataConfig config, BadInput bad) {
    Path plain = new Unpacked(config.allowLarge()).gzip(file);
    Head head = head(plain, file);
    int[] sizes = head.sizes();
    if (sizes.length != 3 && sizes.length != 4) {
      throw new ConfigException(
          "%s has %d sizes in its head (magic at offset 0); images have 3 (count, height, width)"
                  .formatted(file, sizes.length)
              + " or 4, with channels");
    }
    RecordFile.Layout layout = ImageShapes.layout(file.toString(), sizes, config);
    ImageStore images = head.records(file, plain, layout, config.levels(), bad);
    return new FoundImages(
        layout.shape(),
        labels.isPresent() ? labelled(images, sizes[0], labels.get(), file, config) : images,
        null);
  }

  private static ImageStore labelled(
      ImageStore images, int declared, Path file, Path ofImages, DataConfig config) {
    Path plain = new Unpacked(config.allowLarge()).gzip(file);
    Head head = head(plain, file);
    if (head.sizes().length != 1) {
      throw new ConfigException(
          "%s is to hold a class for each image of %s, but has %d sizes in its head"
              .formatted(file, ofImages, head.sizes().length));
    }
    RecordFile.Layout one = RecordFile.Layout.plain(new ImageShape(1, 1, 1));
    RecordFile classes = head.records(file, plain, one, 256, new BadInput(false));
    byte[] read = new byte[classes.count()];
    classes.read(0, read.length, read, 0);
    return LabelledImages.of(
        images, NpyArray.of(read, read.length).toInts(), declared, file.toString());
  }

  private static Head head(Path file, Path named) {
    try (InputStream stream = Files.newInputStream(file);
        DataInputStream in = new DataInputStream(stream)) {
      int magic = in.readInt();
      int type = magic >>> 8;
      int sizes = magic & 0xff;
      if (type != UNSIGNED_BYTES || sizes == 0 || sizes > 4) {
        throw new ConfigException(
            "%s begins with %08x at offset 0, which is not an idx file of unsigned bytes (0000080N,"
                    .formatted(named, magic)
                + " N sizes)");
      }
      int[] all = new int[sizes];
      for (int i = 0; i < sizes; i++) {
        all[i] = in.readInt();
        if (all[i] < 1) {
          throw new ConfigException(
              "%s says size %d at offset %d; it is damaged"
                  .formatted(named, Integer.toUnsignedLong(all[i]), 4 + 4 * i));
        }
      }
      return new Head(all);
    } catch (EOFException e) {
      throw new ConfigException(named + " ends within its head, before offset 16", e);
    } catch (IOException e) {
      throw Npy.failure(named.toString(), e);
    }
  }
}
