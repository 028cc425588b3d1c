package io.mulan.readers;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Fit;
import io.mulan.config.ImageShape;
import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.formats.PictureFile;
import io.mulan.formats.PictureFile.PictureRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The shape that pictures have, by the heads of all, or of some that are spread over them: not the
 * first one alone decides.
 */
final class PictureSurvey {
  private static final int MOST_HEADS = 1000;
  private static final int MOST_DECODED = 64;
  private static final int LISTED = 3;

  private final DataConfig config;
  private final String where;
  private final Map<PictureFile.Head, Integer> counts = new HashMap<>();
  private final Map<PictureFile.Head, String> examples = new HashMap<>();
  private final List<Named> coloured = new ArrayList<>();

  /** A picture and its name for messages. */
  record Named(String name, PictureFile.Content content) {}

  private PictureSurvey(DataConfig config, String where) {
    this.config = config;
    this.where = where;
  }

  /**
   * What the configuration says, and where it is silent, what the pictures are.
   *
   * @param where they lie, for messages
   * @param picture by its number, below {@code count}
   * @throws ConfigException if they differ, saying what there is and which settings choose
   */
  static ImageShape shape(
      DataConfig config, String where, int count, IntFunction<Named> picture, BadInput bad) {
    PictureSurvey survey = new PictureSurvey(config, where);
    int looked = Math.min(MOST_HEADS, count);
    IntStream.range(0, looked)
        .map(i -> (int) ((long) i * count / looked))
        .mapToObj(picture)
        .parallel()
        .map(one -> survey.found(one, bad))
        .filter(Objects::nonNull)
        .toList() // in their order, whichever was looked at first
        .forEach(Runnable::run);
    if (survey.counts.isEmpty()) {
      throw new ConfigException(
          "of %d pictures in %s none can be read; name another data.path".formatted(looked, where));
    }
    return survey.shape();
  }

  /** Null if it cannot be read and is skipped; it is counted when all are read. */
  private Runnable found(Named picture, BadInput bad) {
    try {
      PictureFile.Head head = PictureFile.head(picture.name(), picture.content());
      return () -> {
        counts.merge(head, 1, Integer::sum);
        examples.putIfAbsent(head, picture.name());
        if (!head.grey() && coloured.size() < MOST_DECODED) {
          coloured.add(picture);
        }
      };
    } catch (ConfigException e) {
      if (bad.skipped()) {
        return null;
      }
      throw BadInput.withWayOn(e);
    }
  }

  private ImageShape shape() {
    PictureFile.Head size = size();
    return new ImageShape(
        config.height() > 0 ? config.height() : size.height(),
        config.width() > 0 ? config.width() : size.width(),
        channels());
  }

  private PictureFile.Head size() {
    Map<String, Integer> sizes = new HashMap<>();
    counts.forEach((head, n) -> sizes.merge(text(head), n, Integer::sum));
    List<PictureFile.Head> common =
        counts.keySet().stream()
            .sorted(
                Comparator.comparing((PictureFile.Head h) -> -sizes.get(text(h)))
                    .thenComparing(PictureSurvey::text)
                    .thenComparing(PictureFile.Head::grey))
            .toList();
    boolean asked = config.height() > 0 && config.width() > 0 && config.fit() != Fit.EXACT;
    if (sizes.size() > 1 && !asked && !config.skipBad()) {
      List<String> texts = common.stream().map(PictureSurvey::text).distinct().toList();
      String given =
          texts.stream()
              .limit(LISTED)
              .map(text -> "%s (%d, as %s)".formatted(text, sizes.get(text), example(common, text)))
              .collect(Collectors.joining(", "));
      throw new ConfigException(
          "%s has pictures of %d sizes (height×width): %s%s; set data.height and data.width, and"
                  .formatted(where, sizes.size(), given, texts.size() > LISTED ? ", …" : "")
              + " data.fit to resize or crop; --skip-bad leaves out all but the most frequent");
    }
    return common.get(0);
  }

  private String example(List<PictureFile.Head> common, String text) {
    return common.stream().filter(h -> text(h).equals(text)).map(examples::get).findFirst().get();
  }

  private static String text(PictureFile.Head head) {
    return head.height() + "×" + head.width();
  }

  private int channels() {
    if (config.grey()) {
      return 1;
    }
    if (config.channels() > 0) {
      return config.channels();
    }
    int grey =
        counts.entrySet().stream()
            .filter(e -> e.getKey().grey())
            .mapToInt(Map.Entry::getValue)
            .sum();
    if (!anyHasColour()) {
      return 1;
    }
    if (grey > 0) {
      int all = counts.values().stream().mapToInt(Integer::intValue).sum();
      String example =
          counts.keySet().stream()
              .filter(PictureFile.Head::grey)
              .map(examples::get)
              .min(Comparator.naturalOrder())
              .orElseThrow();
      throw new ConfigException(
          "%s has %d pictures in colour and %d grey (as %s); set data.channels=3, for grey ones of"
                  .formatted(where, all - grey, grey, example)
              + " three equal channels, or data.grey=true, for all in grey");
    }
    return 3;
  }

  /** Pictures that are stored in colour can be grey. */
  private boolean anyHasColour() {
    return coloured.stream()
        .anyMatch(
            picture -> {
              try {
                return PictureFile.hasColour(
                    picture.name(), picture.content(), PictureRules.of(config));
              } catch (ConfigException e) {
                if (config.skipBad()) {
                  return false;
                }
                throw BadInput.withWayOn(e);
              }
            });
  }
}
