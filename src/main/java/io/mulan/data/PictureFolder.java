package io.mulan.data;

import io.mulan.config.ConfigException;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Pictures in a folder and those below it, by name. Folders {@code train} and {@code test} (or
 * {@code val}, {@code valid}, {@code validation}; as a whole name or before {@code _}) are official
 * splits; where all pictures of one lie in folders of their own, these are the classes.
 *
 * @param names below the folder
 */
record PictureFolder(Path folder, String[] names, DataConfig config, ImageShape shape)
    implements ImageStore {
  private static final Set<String> PICTURES = Set.of("png", "jpg", "jpeg", "gif", "bmp");
  private static final Set<String> TRAIN = Set.of("train");
  private static final Set<String> TEST = Set.of("test", "val", "valid", "validation");

  static FoundImages find(DataConfig config) {
    Path folder = Path.of(config.path());
    if (!Files.isDirectory(folder)) {
      throw new ConfigException(
          folder + " is no folder that is there; name one with pictures (png, jpg, gif, bmp)");
    }
    Optional<Path> train = below(folder, TRAIN);
    if (train.isEmpty()) {
      PictureFolder all = of(folder, config, null);
      return new FoundImages(all.shape, all, null);
    }
    PictureFolder learned = of(train.get(), config, null);
    Optional<Path> test = below(folder, TEST);
    return new FoundImages(
        learned.shape, learned, test.isEmpty() ? null : of(test.get(), config, learned.shape));
  }

  /** The folder whose name is one of these, or begins with it and an underscore. */
  static Optional<Path> below(Path folder, Set<String> splits) {
    try (Stream<Path> inside = Files.list(folder)) {
      return inside
          .filter(Files::isDirectory)
          .filter(p -> splits.contains(split(p.getFileName().toString())))
          .sorted()
          .findFirst();
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(folder, e);
    }
  }

  private static String split(String name) {
    return name.toLowerCase(Locale.ROOT).replaceFirst("_.*", "");
  }

  private static PictureFolder of(Path folder, DataConfig config, ImageShape known) {
    String[] names = names(folder);
    if (names.length == 0) {
      throw new ConfigException(
          folder
              + " has no file named .png, .jpg, .jpeg, .gif or .bmp in it or below it; put pictures"
              + " there, or name another folder as data.path");
    }
    ImageShape shape = known == null ? shape(folder.resolve(names[0]), config) : known;
    return new PictureFolder(folder, names, config, shape);
  }

  private static String[] names(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(p -> isPicture(p) && Files.isRegularFile(p))
          .map(p -> folder.relativize(p).toString())
          .sorted()
          .toArray(String[]::new);
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(folder, e);
    }
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString();
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return PICTURES.contains(extension);
  }

  private static ConfigException unreadable(Path folder, Exception e) {
    IOException io = e instanceof UncheckedIOException u ? u.getCause() : (IOException) e;
    return new ConfigException("cannot read folder " + folder + ": " + IoReason.of(io), e);
  }

  /** What the configuration says, and where it is silent, that of the first picture. */
  private static ImageShape shape(Path first, DataConfig config) {
    boolean told = config.height() > 0 && config.width() > 0;
    int channels = config.grey() ? 1 : config.channels();
    if (told && channels > 0) {
      return new ImageShape(config.height(), config.width(), channels);
    }
    ImageShape found = PictureFile.shape(first.toString(), PictureFile.content(first));
    return ImageShapes.configured(config, found);
  }

  @Override
  public int count() {
    return names.length;
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    GreyScale scale = new GreyScale(config.levels());
    for (int i = 0; i < count; i++) {
      Path file = folder.resolve(names[first + i]);
      new PictureFile(file, shape, config.fit(), config.grey())
          .copy(scale, target, offset + i * shape.size());
    }
  }

  @Override
  public Optional<int[]> labels() {
    List<String> classes =
        List.copyOf(new TreeSet<>(Arrays.stream(names).map(PictureFolder::kind).toList()));
    if (classes.contains("") || classes.size() < 2) {
      return Optional.empty();
    }
    return Optional.of(
        Arrays.stream(names).map(PictureFolder::kind).mapToInt(classes::indexOf).toArray());
  }

  /** The first folder on the way to a picture; empty if it lies in none. */
  private static String kind(String name) {
    Path path = Path.of(name);
    return path.getNameCount() > 1 ? path.getName(0).toString() : "";
  }
}
