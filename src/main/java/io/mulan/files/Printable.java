package io.mulan.files;

import java.util.regex.Pattern;

/** Names and texts of files as a terminal may be given them: without control characters. */
public final class Printable {
  private static final int MOST = 100;

  /** Control, format and unassigned characters, and halves of a surrogate pair. */
  private static final Pattern OTHER = Pattern.compile("\\p{C}");

  private static final Pattern OTHER_ON_LINES = Pattern.compile("[\\p{C}&&[^\\n\\t]]");

  private Printable() {}

  /** A name for a message: one short line, with a question mark for what cannot be shown. */
  public static String of(String name) {
    String line = OTHER.matcher(name).replaceAll("?");
    return line.length() <= MOST ? line : line.substring(0, MOST) + "…";
  }

  /** A text of several lines. */
  public static String lines(String text) {
    return OTHER_ON_LINES.matcher(text).replaceAll("?");
  }
}
