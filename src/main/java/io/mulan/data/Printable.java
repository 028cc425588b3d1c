package io.mulan.data;

/**
 * Names that come from files, as they may stand in a message: one short line of plain characters.
 */
final class Printable {
  private static final int MOST = 100;

  private Printable() {}

  static String of(String text) {
    String clean = text.replaceAll("[^ -~]", "?");
    return clean.length() <= MOST ? clean : clean.substring(0, MOST) + "…";
  }
}
