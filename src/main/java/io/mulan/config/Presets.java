package io.mulan.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** The configurations in the jar. */
public final class Presets {
  /** Ends the name of a preset that holds what VDM has different from the one before it. */
  private static final String VDM = "-vdm";

  private static final List<String> MODELS = List.of("digits", "photos", "cifar10", "imagenet32");
  private static final List<String> NAMES =
      Stream.concat(MODELS.stream(), MODELS.stream().map(n -> n + VDM)).toList();

  private Presets() {}

  /** The default first. */
  public static List<String> names() {
    return NAMES;
  }

  /** The names in words. */
  public static String summary() {
    return String.join(", ", MODELS) + ", or one of them with " + VDM + " after it";
  }

  /**
   * A preset as YAML texts, each to be laid over the ones before.
   *
   * @throws ConfigException if there is none of that name
   */
  static List<String> read(String name) {
    if (!NAMES.contains(name)) {
      throw new ConfigException(
          "there is no preset '"
              + name
              + "'"
              + Nearest.hint(name, NAMES)
              + "; there are "
              + String.join(", ", NAMES));
    }
    return name.endsWith(VDM)
        ? List.of(text(name.substring(0, name.length() - VDM.length())), text(name))
        : List.of(text(name));
  }

  /** YAML with the settings that files of earlier versions lack, at what those versions did. */
  static String earlier() {
    return text("earlier");
  }

  private static String text(String name) {
    try (InputStream in = Presets.class.getResourceAsStream("/presets/" + name + ".yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
