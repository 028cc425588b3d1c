package io.mulan.readers;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.config.DataConfig;
import io.mulan.files.ConfigException;
import io.mulan.files.Printable;
import io.mulan.formats.ArchivedFiles;
import io.mulan.formats.PictureFile;
import io.mulan.numpy.Npy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Pictures in a tar or zip. Their classes are in {@code dataset.json} (as of EDM and StyleGAN: a
 * list of name and class), or in a file next to each that ends with {@code .cls} (as of
 * WebDataset).
 *
 * @param classified whether files of the archive give the classes, or say that there are none
 * @param classes of each; null if they have none
 */
record ArchivedPictures(ArchivedFiles files, boolean classified, int[] classes)
    implements EncodedPictures {
  private static final String TABLE = "dataset.json";
  private static final String CLASS = "cls";
  private static final int MOST_DIGITS = 32;

  /** Whether a file gives classes. */
  static boolean givesClasses(String name, DataConfig config) {
    return isTable(name) || name.endsWith("." + extension(config));
  }

  private static boolean isTable(String name) {
    return name.equals(TABLE) || name.endsWith("/" + TABLE);
  }

  private static String extension(DataConfig config) {
    return config.label().isEmpty() ? CLASS : config.label();
  }

  /**
   * The pictures among files, or those that end as {@code data.feature} says.
   *
   * @param notes for what is not there, but has a class
   * @throws ConfigException naming the archive, if a class is not a number, or a picture has none
   */
  static ArchivedPictures of(ArchivedFiles all, DataConfig config, List<String> notes) {
    String wanted = config.feature();
    ArchivedFiles pictures =
        all.only(
            name ->
                PictureFile.isNamed(name)
                    && (wanted.isEmpty() || name.equals(sample(name) + "." + wanted)));
    ArchivedFiles tables = all.only(name -> givesClasses(name, config));
    if (tables.entries().isEmpty()) {
      return new ArchivedPictures(pictures, false, null);
    }
    Map<String, Integer> classes =
        reading(
            all,
            channel -> {
              Map<String, Integer> found = new HashMap<>();
              for (ArchivedFiles.Entry entry : tables.entries()) {
                byte[] content = all.read(channel, entry);
                if (isTable(entry.name())) {
                  return table(all.name(entry), entry.name().replace(TABLE, ""), content);
                }
                found.put(sample(entry.name()), number(all.name(entry), content));
              }
              return found;
            });
    boolean byName = tables.entries().stream().anyMatch(e -> isTable(e.name()));
    Set<String> missing = new TreeSet<>(byName ? classes.keySet() : Set.of());
    all.entries().forEach(e -> missing.remove(e.name()));
    if (!missing.isEmpty()) {
      notes.add(
          "%d pictures of %s that are not in %s, as %s"
              .formatted(
                  missing.size(), TABLE, all.named(), Printable.of(missing.iterator().next())));
    }
    return new ArchivedPictures(
        pictures, true, classes.isEmpty() ? null : classes(pictures, classes, byName));
  }

  private static int[] classes(
      ArchivedFiles pictures, Map<String, Integer> classes, boolean byName) {
    int[] all = new int[pictures.entries().size()];
    Set<String> samples = new HashSet<>();
    for (int i = 0; i < all.length; i++) {
      ArchivedFiles.Entry entry = pictures.entries().get(i);
      String key = byName ? entry.name() : sample(entry.name());
      Integer found = classes.get(key);
      if (found == null) {
        throw new ConfigException(
            "%s has no class, but others of the archive have".formatted(pictures.name(entry)));
      }
      if (!samples.add(key)) {
        throw new ConfigException(
            "%s is not the only picture of its sample; set data.feature to how the names of the images end"
                .formatted(pictures.name(entry)));
      }
      all[i] = found;
    }
    return all;
  }

  /** What the files of a sample have in common: the name up to the first dot. */
  private static String sample(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static int number(String name, byte[] content) {
    String text =
        new String(content, 0, Math.min(MOST_DIGITS, content.length), StandardCharsets.US_ASCII)
            .strip();
    try {
      int number = Integer.parseInt(text);
      if (number >= 0 && number <= LabelledImages.MOST) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new ConfigException(
        "%s holds '%s'; a class is a whole number from 0 to %d"
            .formatted(name, Printable.of(text), LabelledImages.MOST));
  }

  /**
   * {@code {"labels": [["00000/img00000000.png", 6], ...]}}, or null for the list.
   *
   * @param folder that it is in, and names begin from
   */
  private static Map<String, Integer> table(String where, String folder, byte[] content)
      throws IOException {
    Map<String, Integer> classes = new HashMap<>();
    try (JsonParser json = new ObjectMapper().createParser(content)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean labels = json.currentName().equals("labels");
        boolean list = json.nextToken() == JsonToken.START_ARRAY;
        if (!labels || !list) {
          json.skipChildren();
          continue;
        }
        while (json.nextToken() == JsonToken.START_ARRAY) {
          String name = json.nextTextValue();
          boolean number = json.nextToken() == JsonToken.VALUE_NUMBER_INT;
          int found = number ? json.getIntValue() : -1;
          if (name == null || found < 0 || found > LabelledImages.MOST) {
            throw new ConfigException(
                "%s: '%s' has no class that is a whole number from 0 to %d"
                    .formatted(where, Printable.of(String.valueOf(name)), LabelledImages.MOST));
          }
          classes.put(folder + name.replace('\\', '/'), found);
          json.nextToken();
        }
      }
      return classes;
    } catch (JacksonException e) {
      throw new ConfigException(where + " is not the JSON that it should be; write it again", e);
    }
  }

  private interface Reading<T> {
    T of(FileChannel channel) throws IOException;
  }

  private static <T> T reading(ArchivedFiles files, Reading<T> use) {
    try (FileChannel channel = FileChannel.open(files.archive(), StandardOpenOption.READ)) {
      return use.of(channel);
    } catch (IOException e) {
      throw Npy.failure(files.named().toString(), e);
    }
  }

  /** Their names in the archive. */
  List<String> names() {
    return files.entries().stream().map(ArchivedFiles.Entry::name).toList();
  }

  /** Those of a part of a split. */
  ArchivedPictures in(FolderSplit.Part part) {
    Set<String> wanted = new HashSet<>();
    part.names().forEach(name -> wanted.add(part.folder() + name));
    int[] chosen =
        IntStream.range(0, count())
            .filter(i -> wanted.contains(files.entries().get(i).name()))
            .toArray();
    return new ArchivedPictures(
        files.only(wanted::contains),
        classified,
        classes == null ? null : Arrays.stream(chosen).map(i -> classes[i]).toArray());
  }

  /** The same, of the classes that folders in this part say. */
  ArchivedPictures of(ClassNames known, FolderSplit.Part part) {
    if (known.names().isEmpty()) {
      return this;
    }
    List<String> below =
        names().stream().map(name -> name.substring(part.folder().length())).toList();
    return new ArchivedPictures(files, classified, known.labels(below));
  }

  @Override
  public int count() {
    return files.entries().size();
  }

  @Override
  public String name(int number) {
    return files.name(files.entries().get(number));
  }

  @Override
  public void each(int first, int count, Use use) {
    reading(
        files,
        channel -> {
          for (int i = first; i < first + count; i++) {
            use.of(i, files.read(channel, files.entries().get(i)));
          }
          return null;
        });
  }

  @Override
  public boolean haveClasses() {
    return classes != null;
  }

  @Override
  public Optional<int[]> labels() {
    return Optional.ofNullable(classes);
  }
}
