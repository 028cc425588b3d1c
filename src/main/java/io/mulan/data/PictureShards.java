package io.mulan.data;

import io.mulan.config.ConfigException;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.AtomicFolder;
import io.mulan.files.IoReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Files that hold many encoded pictures each: Parquet, tar and zip. Of a folder all are taken;
 * those with {@code train}, or {@code test} and the like, as a word in their names are the official
 * split.
 */
final class PictureShards {
  private static final Set<String> TEST = Set.of("test", "val", "valid", "validation", "eval");

  /** What such files are. */
  enum Format {
    PARQUET(".*\\.parquet"),
    ARCHIVE(".*\\.(tar|tar\\.gz|tgz|zip)");

    private final Pattern name;

    Format(String name) {
      this.name = Pattern.compile(name);
    }

    boolean isNameOf(Path file) {
      return name.matcher(file.getFileName().toString().toLowerCase(Locale.ROOT)).matches();
    }

    EncodedPictures open(Path file, DataConfig config) {
      return switch (this) {
        case PARQUET -> ParquetPictures.open(file, config);
        case ARCHIVE ->
            ArchivedPictures.of(
                ArchivedFiles.open(
                    file,
                    new Unpacked(config.allowLarge()),
                    name -> PictureFile.isNamed(name) || ArchivedPictures.tellsClasses(name, config)),
                config);
      };
    }
  }

  private PictureShards() {}

  /**
   * Whether a file is such, or a folder has such.
   *
   * @throws ConfigException if the folder can't be read
   */
  static boolean areAt(Path path, Format format) {
    return !files(path, format).isEmpty();
  }

  static FoundImages find(DataConfig config, Format format, BadInput bad) {
    Path path = Path.of(config.path());
    List<Path> files = Files.isDirectory(path) ? files(path, format) : List.of(path);
    List<Path> train = files.stream().filter(f -> words(f).contains("train")).toList();
    List<Path> test =
        files.stream().filter(f -> words(f).stream().anyMatch(TEST::contains)).toList();
    if (train.isEmpty()) {
      train = files;
      test = List.of();
    }
    List<EncodedPictures> learned = open(train, config, format, bad);
    if (learned.isEmpty()) {
      throw new ConfigException(
          "%s has no %s with pictures; name another data.path"
              .formatted(path, format == Format.PARQUET ? ".parquet file" : "tar or zip"));
    }
    ImageShape shape = EncodedImages.shape(learned.get(0), config);
    return new FoundImages(
        shape,
        joined(learned, config, shape),
        test.isEmpty() ? null : joined(open(test, config, format, bad), config, shape));
  }

  private static List<EncodedPictures> open(
      List<Path> files, DataConfig config, Format format, BadInput bad) {
    List<EncodedPictures> opened = new ArrayList<>();
    for (Path file : files) {
      try {
        EncodedPictures pictures = format.open(file, config);
        if (pictures.count() > 0) {
          opened.add(pictures);
        }
      } catch (ConfigException e) {
        bad.found(e);
      }
    }
    return opened;
  }

  private static ImageStore joined(
      List<EncodedPictures> parts, DataConfig config, ImageShape shape) {
    return new JoinedImages(
        parts.stream().map(p -> new EncodedImages(p, config, shape)).toList(), shape.size());
  }

  private static List<Path> files(Path path, Format format) {
    if (!Files.isDirectory(path)) {
      return format.isNameOf(path) ? List.of(path) : List.of();
    }
    try {
      return AtomicFolder.files(path).stream().filter(format::isNameOf).toList();
    } catch (IOException e) {
      throw new ConfigException("cannot read folder " + path + ": " + IoReason.of(e), e);
    }
  }

  private static Set<String> words(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Set.copyOf(Arrays.asList(name.split("[^a-z]+")));
  }
}
