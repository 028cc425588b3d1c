package io.mulan.drawing;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** A picture that is drawn, not sampled: a PNG of any magnification, or an SVG. */
public interface Plot {
  /** The size of letters that no library paints. */
  int LETTERS = 12;

  /** What it shows, for readers who cannot see it. */
  String title();

  /** Points across. */
  int width();

  /** Points down. */
  int height();

  /** Draws it with its upper left corner at the origin. */
  void paint(Graphics2D graphics);

  /** The graphics with the font of labels. */
  static Graphics2D plain(Graphics2D graphics) {
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, LETTERS));
    return graphics;
  }

  /** The graphics with the font of titles. */
  static Graphics2D bold(Graphics2D graphics) {
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, LETTERS + 1));
    return graphics;
  }

  /**
   * As pixels.
   *
   * @param magnified pixels a point, along either axis
   */
  default BufferedImage picture(int magnified) {
    BufferedImage picture =
        new BufferedImage(width() * magnified, height() * magnified, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
    graphics.scale(magnified, magnified);
    paint(graphics);
    graphics.dispose();
    return picture;
  }

  /**
   * A plot among others.
   *
   * @param name of its files, without extension
   * @param caption what it shows and how to read it, in a sentence or two
   */
  record NamedPlot(String name, String caption, Plot plot) {

    /** The plot's own. */
    public String title() {
      return plot.title();
    }
  }
}
