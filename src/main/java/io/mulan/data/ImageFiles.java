package io.mulan.data;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.files.HeapShare;
import io.mulan.formats.BadInput;
import io.mulan.formats.FoundFiles;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import io.mulan.formats.PictureFile.PictureRules;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.NpyType;
import io.mulan.numpy.Npz;
import io.mulan.readers.LevelsAdvice;
import io.mulan.readers.NumpyLabels;
import io.mulan.readers.PictureFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Images of the user: a picture, a folder of pictures, or a NumPy array of levels. */
public final class ImageFiles {
  private static final Logger LOG = LogManager.getLogger(ImageFiles.class);
  private static final String IMAGES = "images";
  private static final String LABELS = "labels";
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private ImageFiles() {}

  /**
   * Reads images [N,H,W,C] of these levels.
   *
   * <p>Pictures (png, jpg, webp, gif, bmp; of a folder its own files, by name) have 8 bits a
   * sample, which {@link GreyScale} makes levels. Grey ones are repeated over three channels;
   * coloured ones are not images of one channel. Arrays are u1 [N,H,W,C], or [N,H,W] of one
   * channel, and hold levels as they are; in a .npz it is the array {@code images}, or the only
   * one.
   *
   * @param data whose levels they have, and whose {@code fit}, {@code grey} and {@code background}
   *     say what becomes of pictures, as in training
   * @throws ConfigException naming the path or the file in it, if there is nothing, or something
   *     that is not wholly such an image
   */
  public static ImageSet read(Path path, ImageShape shape, DataConfig data) {
    return read(path, shape, data.levels(), PictureRules.of(data));
  }

  /** The same where pictures of another shape are refused. */
  public static ImageSet read(Path path, ImageShape shape, int levels) {
    return read(path, shape, levels, PictureRules.NONE);
  }

  private static ImageSet read(Path path, ImageShape shape, int levels, PictureRules rules) {
    if (Files.isDirectory(path)) {
      return pictures(path, inside(path), shape, levels, rules);
    }
    if (!Files.isRegularFile(path)) {
      throw new ConfigException(
          path
              + " is not a file or folder; give a picture (png, jpg, webp, gif, bmp), a folder"
              + " of pictures, or a .npy or .npz file");
    }
    return switch (extension(path)) {
      case "npy" -> array(path, Npy.read(path), shape, levels);
      case "npz" -> array(path, named(path, IMAGES), shape, levels);
      default -> pictures(path, List.of(path), shape, levels, rules);
    };
  }

  /**
   * The names of the files that {@link #read} takes images of, in their order.
   *
   * @return empty for an array, whose images have numbers alone
   */
  public static List<String> names(Path path) {
    if (Files.isDirectory(path)) {
      return pictureNames(FoundFiles.directlyIn(path, new BadInput(false)));
    }
    return List.of("npy", "npz").contains(extension(path))
        ? List.of()
        : List.of(path.getFileName().toString());
  }

  private static List<String> pictureNames(FoundFiles all) {
    return all.only(PictureFile::isNamed).names();
  }

  /** Whether a file holds the class of each image next to the images. */
  public static boolean hasLabels(Path path) {
    if (!extension(path).equals("npz") || !Files.isRegularFile(path)) {
      return false;
    }
    try (Npz npz = Npz.open(path)) {
      return npz.contains(IMAGES) && npz.contains(LABELS);
    }
  }

  /**
   * Reads the class of each of these images: of a .npz the array {@code labels}, or the only one,
   * of whole numbers [N].
   *
   * @return the same images with these classes
   * @throws ConfigException naming the file, if it cannot be read, or is not one class for each
   *     image
   */
  public static ImageSet labelled(ImageSet images, Path file) {
    NpyArray labels = extension(file).equals("npz") ? named(file, LABELS) : Npy.read(file);
    return images.labelled(NumpyLabels.of(labels, images.count()), labels.name());
  }

  private static List<Path> inside(Path folder) {
    FoundFiles all = FoundFiles.directlyIn(folder, new BadInput(false));
    List<Path> pictures = pictureNames(all).stream().map(folder::resolve).toList();
    List<String> others = all.names().stream().filter(PictureFile::isOfOtherKind).toList();
    String text = PictureFolder.othersNote(others);
    if (pictures.isEmpty()) {
      throw new ConfigException(
          "%s has no picture (%s) directly in it%s; put pictures there, or give another folder"
              .formatted(folder, PictureFile.KINDS, others.isEmpty() ? "" : ", but " + text));
    }
    if (!others.isEmpty()) {
      LOG.warn("{}: passed over: {}", folder, text);
    }
    return pictures;
  }

  private static String extension(Path file) {
    return FoundFiles.extension(file.getFileName().toString());
  }

  private static ImageSet pictures(
      Path path, List<Path> files, ImageShape shape, int levels, PictureRules rules) {
    if ((long) files.size() * shape.size() > MAX_BYTES) {
      throw new ConfigException(
          "%s holds %d pictures, more than the 2 GiB that a set may have; split it"
              .formatted(path, files.size()));
    }
    HeapShare.require(path.toString(), (long) files.size() * shape.size());
    GreyScale scale = new GreyScale(levels);
    byte[] images = new byte[files.size() * shape.size()];
    for (int i = 0; i < files.size(); i++) {
      new PictureFile(files.get(i), shape, rules).copy(scale, images, i * shape.size());
    }
    return new ImageSet(path.toString(), shape, levels, images);
  }

  /** The array of this name, or the only one. */
  private static NpyArray named(Path file, String name) {
    try (Npz npz = Npz.open(file)) {
      List<String> names = npz.names();
      if (names.size() != 1 && !npz.contains(name)) {
        throw new ConfigException(
            "%s holds %d arrays, none of them named %s; save the %s under that name"
                .formatted(file, names.size(), name, name));
      }
      return npz.array(npz.contains(name) ? name : names.get(0));
    }
  }

  private static ImageSet array(Path path, NpyArray array, ImageShape shape, int levels) {
    if (array.type() != NpyType.U1) {
      throw new ConfigException(
          "%s holds elements of type %s; levels are u1: %s"
              .formatted(
                  array.name(), array.type().code(), LevelsAdvice.of(array.toDoubles(), levels)));
    }
    int[] found = array.shape();
    int[] full = {array.count() / shape.size(), shape.height(), shape.width(), shape.channels()};
    boolean grey = shape.channels() == 1 && Arrays.equals(found, Arrays.copyOf(full, 3));
    if (array.count() == 0 || !(grey || Arrays.equals(found, full))) {
      throw new ConfigException(
          "%s has shape %s; images %s need [N, %d, %d, %d]%s and at least one image: %s"
              .formatted(
                  array.name(),
                  Arrays.toString(found),
                  shape,
                  shape.height(),
                  shape.width(),
                  shape.channels(),
                  shape.channels() == 1 ? ", the last 1 may be left out," : "",
                  isChannelsFirst(found, shape) ? "save x.transpose(0, 2, 3, 1)" : "reshape it"));
    }
    try {
      return new ImageSet(path.toString(), shape, levels, array.toBytes());
    } catch (ConfigException e) {
      throw new ConfigException(
          e.getMessage() + "; arrays hold levels, not grey values: scale them", e);
    }
  }

  private static boolean isChannelsFirst(int[] found, ImageShape shape) {
    return found.length == 4
        && found[1] == shape.channels()
        && found[2] == shape.height()
        && found[3] == shape.width();
  }
}
