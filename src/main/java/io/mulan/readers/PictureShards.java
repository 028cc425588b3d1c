package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.ArchivedFiles;
import io.mulan.formats.BadInput;
import io.mulan.formats.FoundFiles;
import io.mulan.formats.PictureFile;
import io.mulan.formats.Unpacked;
import io.mulan.readers.EncodedPictures.EncodedImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files that hold many encoded pictures each: Parquet, tar and zip. All of a folder are taken,
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

  private static final Pattern OTHERS =
      Pattern.compile("(?i).*\\.(tar\\.(bz2|xz|zst|lzma)|tbz2?|txz|tzst|7z|rar)");

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
    if (Files.isDirectory(path)) {
      return find(config, format, FoundFiles.in(path, bad), bad);
    }
    return new PictureShards(config, format, bad)
        .find(
            path, new FoundFiles(path.resolveSibling(""), List.of(path.getFileName().toString())));
  }

  /** Those of a folder whose files are known. */
  static FoundImages find(DataConfig config, Format format, FoundFiles all, BadInput bad) {
    PictureShards shards = new PictureShards(config, format, bad);
    othersNote(all.names()).ifPresent(shards.notes::add);
    return shards.find(all.folder(), all.only(format::isNamed));
  }

  /** Notes on archives that are passed over. */
  static Optional<String> othersNote(List<String> names) {
    List<String> others = names.stream().filter(n -> OTHERS.matcher(n).matches()).toList();
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d archives of kinds that are not read: %s"
                .formatted(others.size(), FoundFiles.byExtension(others)));
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
    notes.addAll(Shards.gaps(files.names()));
    List<EncodedPictures> train = open(files, split.train());
    if (train.isEmpty()) {
      throw new ConfigException(
          "%s has no picture in its %s for training; name another data.path"
              .formatted(path, format.words));
    }
    List<EncodedPictures> test = open(files, split.test());
    noteSomeClasses(train);
    requireNoFolders(path, train);
    List<String> classes = classNames(train, test);
    ImageShape shape = shape(train);
    return new FoundImages(
            shape, joined(train, shape), split.test().isEmpty() ? null : joined(test, shape))
        .with(classes, notes);
  }

  /** Classes are of all pictures, or of none. */
  private void noteSomeClasses(List<EncodedPictures> parts) {
    parts.stream()
        .filter(part -> !part.haveClasses())
        .findFirst()
        .filter(without -> parts.stream().anyMatch(EncodedPictures::haveClasses))
        .ifPresent(
            without ->
                notes.add("classes of some files, which %s lacks".formatted(without.name(0))));
  }

  /** Folders in one of several archives are neither a split nor classes. */
  private void requireNoFolders(Path path, List<EncodedPictures> parts) {
    List<String> names =
        parts.stream()
            .filter(ArchivedPictures.class::isInstance)
            .flatMap(part -> ((ArchivedPictures) part).names().stream())
            .toList();
    if (names.isEmpty()) {
      return;
    }
    FolderSplit split = FolderSplit.of("each archive in " + path, names);
    if (split.test() != null) {
      throw new ConfigException(
          "archives in %s have the folders %s and %s in them, which are a split in a single archive only; put training and test into archives of their own, named so"
              .formatted(path, split.train().folder(), split.test().folder()));
    }
    boolean classified = parts.stream().anyMatch(EncodedPictures::haveClasses);
    if (!classified && !ClassNames.found(split.train().names()).isEmpty()) {
      notes.add("folders in the archives, which are classes in a single archive only");
    }
  }

  /** As all files number them. */
  private List<String> classNames(List<EncodedPictures> train, List<EncodedPictures> test) {
    Map<List<String>, String> names = new LinkedHashMap<>();
    Stream.concat(train.stream(), test.stream())
        .filter(part -> part instanceof ParquetPictures && part.haveClasses())
        .forEach(part -> names.putIfAbsent(((ParquetPictures) part).classNames(), part.name(0)));
    if (names.size() > 1) {
      List<Map.Entry<List<String>, String>> two = names.entrySet().stream().limit(2).toList();
      throw new ConfigException(
          "classes are named %s in %s, but %s in %s; write all files with the same names"
              .formatted(
                  two.get(0).getKey(),
                  two.get(0).getValue(),
                  two.get(1).getKey(),
                  two.get(1).getValue()));
    }
    return names.isEmpty() ? List.of() : names.keySet().iterator().next();
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
    if (format == Format.ARCHIVE) {
      return archive(file);
    }
    ParquetPictures pictures = ParquetPictures.open(file, config);
    pictures.passedOver().filter(note -> !notes.contains(note)).ifPresent(notes::add);
    return pictures;
  }

  private ArchivedPictures archive(Path file) {
    List<String> others = new ArrayList<>();
    ArchivedFiles files =
        ArchivedFiles.open(
            file,
            new Unpacked(config.allowLarge()),
            name -> {
              if (FoundFiles.isForeign(name)) {
                return false;
              }
              if (PictureFile.isOfOtherKind(name)) {
                others.add(name);
              }
              return PictureFile.isNamed(name) || ArchivedPictures.givesClasses(name, config);
            });
    if (!others.isEmpty()) {
      notes.add(PictureFolder.othersNote(others) + " in " + file);
    }
    return ArchivedPictures.of(files, config, notes);
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
    if (!all.classified()) {
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
