package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.files.ConfigException;
import io.mulan.files.Printable;
import io.mulan.formats.ParquetColumn;
import io.mulan.formats.ParquetFile;
import io.mulan.formats.ParquetPages;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.io.api.Binary;

/**
 * Pictures in a Parquet file as Hugging Face keeps them: a column of bytes, or one of bytes and
 * path, and a column of whole numbers for the classes.
 */
final class ParquetPictures implements EncodedPictures {
  private static final List<String> IMAGES = List.of("image", "img", "picture", "jpg", "png");
  private static final List<String> LABELS = List.of("label", "labels", "fine_label", "class");

  /** Pages that were read last, of all files: neighbours of a picture are often wanted next. */
  private static final Map<Key, Binary[]> RECENT = new LinkedHashMap<>(16, 0.75f, true);

  private static final int MOST_RECENT = 16;
  private static final long MOST_RECENT_BYTES = 64L << 20;

  private record Key(ParquetPictures file, int page) {}

  private final ParquetFile file;
  private final ParquetColumn classes;
  private final ParquetPages pages;

  private ParquetPictures(ParquetFile file, ParquetColumn column, ParquetColumn classes) {
    this.file = file;
    this.classes = classes;
    this.pages = file.pages(column);
  }

  /**
   * The pictures of a file.
   *
   * @throws ConfigException naming the file, if it has none, or several columns could hold them
   */
  static ParquetPictures open(Path path, DataConfig config) {
    ParquetFile file = ParquetFile.open(path);
    return new ParquetPictures(
        file, pictures(file, config.feature()), classes(file, config.label()));
  }

  private static ParquetColumn pictures(ParquetFile file, String asked) {
    List<ParquetColumn> able =
        file.columns().stream().filter(ParquetColumn::holdsPictures).toList();
    List<ParquetColumn> usual =
        (asked.isEmpty() ? IMAGES : List.of(asked))
            .stream().flatMap(name -> able.stream().filter(c -> c.outer().equals(name))).toList();
    if (!usual.isEmpty()) {
      return usual.get(0);
    }
    if (asked.isEmpty() && able.size() == 1) {
      return able.get(0);
    }
    throw new ConfigException(
        "%s has the columns %s, %s; set data.feature to one of bytes of pictures"
            .formatted(
                file.file(),
                names(file),
                asked.isEmpty()
                    ? "of which none, or several, could be the pictures"
                    : "and none of pictures named " + asked));
  }

  private static ParquetColumn classes(ParquetFile file, String asked) {
    Optional<ParquetColumn> found =
        (asked.isEmpty() ? LABELS : List.of(asked))
            .stream()
                .flatMap(
                    name ->
                        file.columns().stream()
                            .filter(c -> c.name().equals(name) && c.holdsNumbers()))
                .findFirst();
    if (found.isEmpty() && !asked.isEmpty()) {
      throw new ConfigException(
          "%s has the columns %s, and none of whole numbers named %s; set data.label to another"
              .formatted(file.file(), names(file), asked));
    }
    return found.orElse(null);
  }

  private static String names(ParquetFile file) {
    return Printable.of(
        String.join(", ", file.columns().stream().map(ParquetColumn::outer).distinct().toList()));
  }

  @Override
  public boolean haveClasses() {
    return classes != null;
  }

  /** The names of the classes by number, if the file says them. */
  List<String> classNames() {
    return classes == null ? List.of() : file.classNames(classes.name());
  }

  /** A column that is called as classes are, but has none that are read. */
  Optional<String> passedOver() {
    return classes != null
        ? Optional.empty()
        : file.columns().stream()
            .map(ParquetColumn::outer)
            .filter(LABELS::contains)
            .findFirst()
            .map(name -> "column %s, which is not of whole numbers".formatted(name));
  }

  @Override
  public int count() {
    return (int) file.rows();
  }

  @Override
  public String name(int number) {
    return "%s: row %d".formatted(file.file(), number);
  }

  @Override
  public void each(int first, int count, Use use) {
    for (int row = first; row < first + count; ) {
      int page = pages.page(row);
      ParquetPages.Page place = pages.get(page);
      Binary[] all = content(page);
      for (; row < Math.min(first + count, place.first() + place.rows()); row++) {
        Binary picture = all[row - place.first()];
        if (picture == null) {
          throw new ConfigException(
              name(row)
                  + " has no picture in it (a path, at most); write it with the bytes of the pictures");
        }
        use.of(row, picture.getBytesUnsafe());
      }
    }
  }

  private Binary[] content(int page) {
    Key key = new Key(this, page);
    synchronized (RECENT) {
      Binary[] known = RECENT.get(key);
      if (known != null) {
        return known;
      }
    }
    Binary[] read = file.bytes(pages, page);
    long bytes = Arrays.stream(read).mapToLong(b -> b == null ? 0 : b.length()).sum();
    if (bytes <= MOST_RECENT_BYTES / MOST_RECENT) {
      synchronized (RECENT) {
        RECENT.put(key, read);
        if (RECENT.size() > MOST_RECENT) {
          RECENT.remove(RECENT.keySet().iterator().next());
        }
      }
    }
    return read;
  }

  @Override
  public Optional<int[]> labels() {
    if (classes == null) {
      return Optional.empty();
    }
    long[] found = file.numbers(classes);
    // A test whose classes are not published has -1, as Hugging Face writes it.
    if (Arrays.stream(found).allMatch(c -> c == -1)) {
      return Optional.empty();
    }
    int[] labels = new int[found.length];
    for (int i = 0; i < labels.length; i++) {
      if (found[i] == -1) {
        throw new ConfigException(
            "%s has no class in %s, but others have; write one for each image, or leave the column out"
                .formatted(name(i), classes.name()));
      }
      if (found[i] < 0 || found[i] > LabelledImages.MOST) {
        throw new ConfigException(
            "%s has class %d in %s; 0 to %d are allowed"
                .formatted(name(i), found[i], classes.name(), LabelledImages.MOST));
      }
      labels[i] = (int) found[i];
    }
    return Optional.of(labels);
  }
}
