package io.mulan.drawing;

import java.awt.Font;
import java.awt.Graphics2D;

/** The letters of plots that no library paints. */
public final class Lettering {
  static final int SIZE = 12;

  private Lettering() {}

  public static Graphics2D plain(Graphics2D graphics) {
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, SIZE));
    return graphics;
  }

  /** Of titles. */
  public static Graphics2D bold(Graphics2D graphics) {
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, SIZE + 1));
    return graphics;
  }
}
