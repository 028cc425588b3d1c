package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.ArchivedFiles;
import io.mulan.formats.BadInput;
import io.mulan.formats.Foreign;
import io.mulan.formats.FoundFiles;
import io.mulan.formats.PictureFile;
import io.mulan.formats.Unpacked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Files that hold many encoded pictures each: Parquet, tar and zip. Of a folder all are taken,
 * split as their names or their folders' say; in a single archive folders are the split, and the
 * classes, as if it were unpacked.
 */
public final class PictureShards {

  /** What such files are. */
  public enum Format {
    PARQUET(".parquet files", "\\.parquet"),
    ARCHIVE("tar or zip files", "\\.(tar|tar\\.gz|tgz|zip)");

    private final String words;
    private final Pattern name;

    Format(String words, String ending) {
      this.words = words;
      this.name = Pattern.compile(".*" + ending);
    }

    boolean isNamed(String file) {
      return name.matcher(file.toLowerCase(Locale.ROOT)).matches();
    }
  }

  private final DataConfig config;
  private final Format format;
  private final BadInput bad;
  private final List<String> notes = new ArrayList<>();

  private PictureShards(DataConfig config, Format format, BadInput bad) {
    this.config = config;
    this.format = format;
    this.bad = bad;
  }

  /** Those that a folder or file is. */
  public static FoundImages find(DataConfig config, Format format, BadInput bad) {
    Path path = Path.of(config.path());
    FoundFiles files =
        Files.isDirectory(path)
            ? FoundFiles.in(path, bad).only(format::isNamed)
            : new FoundFiles(path.resolveSibling(""), List.of(path.getFileName().toString()));
    return new PictureShards(config, format, bad).find(path, files);
  }

  private FoundImages find(Path path, FoundFiles files) {
    if (files.names().isEmpty()) {
      throw new ConfigException(
          "%s has no %s in it or below it; name another folder, or one file"
              .formatted(path, format.words));
    }
    if (format == Format.ARCHIVE && files.names().size() == 1) {
      return inside(archive(files.path(files.names().get(0))));
    }
    Shards.requireAll(path.toString(), files.names(), bad);
    FileSplit split = FileSplit.of(path.toString(), files.names());
    notes.addAll(split.notes());
    List<EncodedPictures> train = open(files, split.train());
    if (train.isEmpty()) {
      throw new ConfigException(
          "%s has no picture in its %s for training; name another data.path"
              .formatted(path, format.words));
    }
    ImageShape shape = shape(train);
    ImageStore test = split.test().isEmpty() ? null : joined(open(files, split.test()), shape);
    List<String> classes =
        train.get(0) instanceof ParquetPictures first ? first.classNames() : List.of();
    return new FoundImages(shape, joined(train, shape), test).with(classes, notes);
  }

  private List<EncodedPictures> open(FoundFiles files, List<String> names) {
    List<EncodedPictures> opened = new ArrayList<>();
    for (String name : names) {
      try {
        EncodedPictures pictures = open(files.path(name));
        if (pictures.count() > 0) {
          opened.add(pictures);
        } else {
          notes.add(name + ", which has no picture");
        }
      } catch (ConfigException e) {
        bad.found(e);
      }
    }
    return opened;
  }

  private EncodedPictures open(Path file) {
    return switch (format) {
      case PARQUET -> ParquetPictures.open(file, config);
      case ARCHIVE -> archive(file);
    };
  }

  private ArchivedPictures archive(Path file) {
    List<String> others = new ArrayList<>();
    ArchivedFiles files =
        ArchivedFiles.open(
            file,
            new Unpacked(config.allowLarge()),
            name -> {
              if (Foreign.is(name)) {
                return false;
              }
              if (PictureFile.isOfOtherKind(name)) {
                others.add(name);
              }
              return PictureFile.isNamed(name) || ArchivedPictures.tellsClasses(name, config);
            });
    if (!others.isEmpty()) {
      notes.add(PictureFolder.othersNote(others) + " in " + file);
    }
    return ArchivedPictures.of(files, config);
  }

  /** Of a single archive. */
  private FoundImages inside(ArchivedPictures all) {
    if (all.count() == 0) {
      throw new ConfigException(
          "%s has no picture (%s) in it; name another data.path"
              .formatted(config.path(), PictureFile.KINDS));
    }
    FolderSplit split = FolderSplit.of(config.path(), all.names());
    notes.addAll(split.notes());
    ArchivedPictures train = all.in(split.train());
    ArchivedPictures test = split.test() == null ? null : all.in(split.test());
    ClassNames classes = new ClassNames(List.of());
    if (!all.tellsClasses()) {
      notes.addAll(ClassNames.notes(split.train().names()));
      classes = ClassNames.of(config, split.train().names().toArray(String[]::new));
      train = train.of(classes, split.train());
      if (test != null) {
        String folder = config.path() + ", " + split.test().folder().replaceFirst("/$", "");
        classes.requireKnown(folder, split.test().names().toArray(String[]::new));
        test = test.of(classes, split.test());
      }
    }
    ImageShape shape = shape(List.of(train));
    return new FoundImages(
            shape,
            new EncodedImages(train, config, shape),
            test == null ? null : new EncodedImages(test, config, shape))
        .with(classes.names(), notes);
  }

  /** What the configuration says, and where it is silent, that of the pictures. */
  private ImageShape shape(List<EncodedPictures> parts) {
    int channels = config.grey() ? 1 : config.channels();
    if (config.height() > 0 && config.width() > 0 && channels > 0) {
      return new ImageShape(config.height(), config.width(), channels);
    }
    JoinedPictures all = new JoinedPictures(parts);
    return PictureSurvey.shape(
        config,
        config.path(),
        all.count(),
        i ->
            new PictureSurvey.Named(
                all.name(i), most -> PictureFile.Content.of(all.get(i)).first(most)),
        bad);
  }

  private ImageStore joined(List<EncodedPictures> parts, ImageShape shape) {
    return new JoinedImages(
        parts.stream().map(p -> new EncodedImages(p, config, shape)).toList(), shape.size());
  }

  /** One after the other, a picture at a time. */
  private record JoinedPictures(List<EncodedPictures> parts) {

    int count() {
      return (int)
          Math.min(Integer.MAX_VALUE, parts.stream().mapToLong(EncodedPictures::count).sum());
    }

    String name(int number) {
      return at(number, EncodedPictures::name);
    }

    byte[] get(int number) {
      return at(
          number,
          (part, i) -> {
            byte[][] found = new byte[1][];
            part.each(i, 1, (same, picture) -> found[0] = picture);
            return found[0];
          });
    }

    private interface Use<T> {
      T of(EncodedPictures part, int number);
    }

    private <T> T at(int number, Use<T> use) {
      int left = number;
      for (EncodedPictures part : parts) {
        if (left < part.count()) {
          return use.of(part, left);
        }
        left -= part.count();
      }
      throw new IndexOutOfBoundsException(number);
    }
  }
}
