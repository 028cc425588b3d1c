package io.mulan.formats;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Names that are not part of a data set, whatever they end with: hidden ones, which begin with a
 * dot, and what systems leave among files of the user.
 */
public final class Foreign {
  private static final Set<String> NAMES =
      Set.of(
          "__macosx",
          "@eadir",
          "#recycle",
          "$recycle.bin",
          "system volume information",
          "lost+found",
          "thumbs.db",
          "ehthumbs.db",
          "desktop.ini");

  private Foreign() {}

  /** Whether a name, or one of the folders of a path whose parts slashes separate, is such. */
  public static boolean is(String path) {
    return Arrays.stream(path.split("[/\\\\]"))
        .anyMatch(name -> name.startsWith(".") || NAMES.contains(name.toLowerCase(Locale.ROOT)));
  }
}
