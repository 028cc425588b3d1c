package io.mulan.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The configurations in the jar. */
public final class Presets {
  private static final List<String> NAMES =
      List.of(
          "digits",
          "photos",
          "cifar10",
          "imagenet32",
          "digits-vdm",
          "photos-vdm",
          "cifar10-vdm",
          "imagenet32-vdm");

  private Presets() {}

  /** The default first. */
  public static List<String> names() {
    return NAMES;
  }

  /**
   * A preset as YAML.
   *
   * @throws ConfigException if there is none of that name
   */
  static String read(String name) {
    if (!NAMES.contains(name)) {
      throw new ConfigException(
          "there is no preset '"
              + name
              + "'"
              + Nearest.hint(name, NAMES)
              + "; there are "
              + String.join(", ", NAMES));
    }
    try (InputStream in = Presets.class.getResourceAsStream("/presets/" + name + ".yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
