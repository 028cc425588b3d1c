package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.formats.FoundFiles;
import io.mulan.formats.GreyScale;
import io.mulan.formats.PictureFile;
import io.mulan.formats.PictureFile.PictureRules;
import io.mulan.readers.ImageStore.ImageKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pictures in a folder and those below it, or in archives there, by name, split as {@link
 * FolderSplit} says; where all pictures for training lie in folders of their own, these are the
 * classes.
 *
 * @param names below the folder, with slashes
 * @param classes their names, by number; empty if there are none
 */
public record PictureFolder(
    Path folder, String[] names, ClassNames classes, DataConfig config, ImageShape shape)
    implements ImageStore {

  public static FoundImages find(DataConfig config, BadInput bad) {
    Path folder = Path.of(config.path());
    if (!Files.isDirectory(folder)) {
      if (!PictureShards.Format.ARCHIVE.isNamed(folder.toString())) {
        throw new ConfigException(
            "%s is not a folder; name one with pictures (%s), or a .tar, .tar.gz or .zip of them"
                .formatted(folder, PictureFile.KINDS));
      }
      return PictureShards.find(config, PictureShards.Format.ARCHIVE, bad);
    }
    return find(config, FoundFiles.in(folder, bad), bad);
  }

  /** Those of a folder whose files are known. */
  static FoundImages find(DataConfig config, FoundFiles all, BadInput bad) {
    Path folder = all.folder();
    FoundFiles pictures = all.only(PictureFile::isNamed);
    if (pictures.names().isEmpty()) {
      if (all.names().stream().anyMatch(PictureShards.Format.ARCHIVE::isNamed)) {
        return PictureShards.find(config, PictureShards.Format.ARCHIVE, all, bad);
      }
      throw new ConfigException(
          "%s has no picture (%s) in it or below it%s; put pictures there, or name another folder as"
                  .formatted(folder, PictureFile.KINDS, othersText(all))
              + " data.path");
    }
    FolderSplit.requireMoreThanTest(folder.toString(), pictures.names());
    FolderSplit split = FolderSplit.of(folder.toString(), pictures.names());
    List<String> notes = new ArrayList<>(split.notes());
    notes.addAll(ClassNames.notes(split.train().names()));
    othersNote(all).ifPresent(notes::add);
    PictureShards.othersNote(all.names()).ifPresent(notes::add);
    List<String> archives =
        all.names().stream().filter(PictureShards.Format.ARCHIVE::isNamed).toList();
    if (!archives.isEmpty()) {
      notes.add("%d archives next to pictures, as %s".formatted(archives.size(), archives.get(0)));
    }
    String[] train = split.train().names().toArray(String[]::new);
    ClassNames classes = ClassNames.of(config, train);
    Path place = folder.resolve(split.train().folder());
    ImageShape shape = shape(place, train, config, bad);
    ImageStore learned = new PictureFolder(place, train, classes, config, shape);
    ImageStore test = null;
    if (split.test() != null) {
      String[] names = split.test().names().toArray(String[]::new);
      Path other = folder.resolve(split.test().folder());
      classes.requireKnown(other.toString(), names);
      test = new PictureFolder(other, names, classes, config, shape);
    }
    return new FoundImages(shape, learned, test).with(classes.names(), notes);
  }

  private static Optional<String> othersNote(FoundFiles all) {
    List<String> others = all.names().stream().filter(PictureFile::isOfOtherKind).toList();
    return others.isEmpty() ? Optional.empty() : Optional.of(othersNote(others));
  }

  /** Notes on pictures that are passed over. */
  public static String othersNote(List<String> others) {
    return "%d pictures of kinds that are not read: %s"
        .formatted(others.size(), FoundFiles.byExtension(others));
  }

  private static String othersText(FoundFiles all) {
    return othersNote(all)
        .or(() -> PictureShards.othersNote(all.names()))
        .map(note -> ", but " + note)
        .orElse("");
  }

  /** What the configuration says, and where it is silent, that of the pictures. */
  private static ImageShape shape(Path folder, String[] names, DataConfig config, BadInput bad) {
    boolean given = config.height() > 0 && config.width() > 0;
    int channels = config.grey() ? 1 : config.channels();
    if (given && channels > 0) {
      return new ImageShape(config.height(), config.width(), channels);
    }
    return PictureSurvey.shape(
        config,
        folder.toString(),
        names.length,
        i -> {
          Path file = folder.resolve(names[i]);
          return new PictureSurvey.Named(file.toString(), PictureFile.Content.of(file));
        },
        bad);
  }

  @Override
  public int count() {
    return names.length;
  }

  @Override
  public void read(int first, int count, byte[] target, int offset) {
    GreyScale scale = new GreyScale(config.levels());
    PictureRules rules = PictureRules.of(config);
    for (int i = 0; i < count; i++) {
      Path file = folder.resolve(names[first + i]);
      new PictureFile(file, shape, rules).copy(scale, target, offset + i * shape.size());
    }
  }

  @Override
  public Optional<int[]> labels() {
    return classes.names().isEmpty()
        ? Optional.empty()
        : Optional.of(classes.labels(List.of(names)));
  }

  /** The keys are of their names, which stay when the folder moves. */
  @Override
  public void keys(int first, int count, int imageBytes, long[] target, int at) {
    for (int i = 0; i < count; i++) {
      byte[] name = names[first + i].getBytes(StandardCharsets.UTF_8);
      target[at + i] = ImageKey.of(name, 0, name.length);
    }
  }
}
