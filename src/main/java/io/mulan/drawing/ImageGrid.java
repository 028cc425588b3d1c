package io.mulan.drawing;

import io.mulan.config.ImageShape;
import io.mulan.data.ImageSet;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** Images side by side on white, small ones magnified. */
public final class ImageGrid {
  private static final int GAP = 2;
  private static final int MARGIN = 6;

  /** Small images are magnified by a whole number to about this many pixels. */
  private static final int CELL = 64;

  private ImageGrid() {}

  /** Of a picture, about, and of images in a square; more would be too small to see. */
  private static final long MOST_PIXELS = 1 << 24;

  private static final int MOST_IMAGES = 1024;

  /** Whether there can be pictures of such images: in grey or in colours, and not too large. */
  public static boolean shows(ImageShape shape) {
    return shape.isPicture() && (long) shape.width() * shape.height() <= MOST_PIXELS;
  }

  /** How many images of a shape a square has at most. */
  public static int most(ImageShape shape) {
    return (int) Math.max(1, Math.min(MOST_IMAGES, MOST_PIXELS / cellPixels(shape)));
  }

  private static long cellPixels(ImageShape shape) {
    int magnified = magnified(shape);
    return (shape.width() * magnified + GAP) * (long) (shape.height() * magnified + GAP);
  }

  private static int magnified(ImageShape shape) {
    return Math.max(1, CELL / Math.max(shape.width(), shape.height()));
  }

  /** As nearly square as possible: the first ones, as many as {@link #most} says. */
  public static BufferedImage of(ImageSet all) {
    ImageSet images = all.first(most(all.shape()));
    int columns = (int) Math.ceil(Math.sqrt(images.count()));
    int rows = (images.count() + columns - 1) / columns;
    return grid(
        images.shape(),
        rows,
        columns,
        List.of(),
        (row, column) -> row * columns + column < images.count() ? images : null,
        (row, column) -> row * columns + column);
  }

  /**
   * A row for each set, all of images of one shape; of long ones the beginning.
   *
   * @param labels of the rows, at the left
   */
  public static BufferedImage rows(List<ImageSet> rows, List<String> labels) {
    int columns =
        Math.min(
            rows.stream().mapToInt(ImageSet::count).max().orElseThrow(),
            mostColumns(rows.get(0).shape(), rows.size()));
    return grid(
        rows.get(0).shape(),
        rows.size(),
        columns,
        labels,
        (row, column) -> column < rows.get(row).count() ? rows.get(row) : null,
        (row, column) -> column);
  }

  /** How many images of a shape each of some rows has at most. */
  public static int mostColumns(ImageShape shape, int rows) {
    return Math.max(1, most(shape) / rows);
  }

  /**
   * Grids next to each other, all of images of one shape.
   *
   * @param headings above them
   */
  static BufferedImage sideBySide(List<ImageSet> sets, List<String> headings) {
    List<BufferedImage> grids = sets.stream().map(ImageGrid::of).toList();
    int space = 4 * MARGIN;
    int heading = 2 * font().getSize();
    int width = grids.stream().mapToInt(g -> g.getWidth() + space).sum() - space;
    int height = grids.stream().mapToInt(BufferedImage::getHeight).max().orElseThrow();
    BufferedImage picture =
        new BufferedImage(width, heading + height, Picture.type(sets.get(0).shape()));
    Graphics2D graphics = white(picture);
    int x = 0;
    for (int i = 0; i < grids.size(); i++) {
      graphics.drawString(headings.get(i), x + GAP, heading - MARGIN);
      // Not drawn, which would convert grey.
      picture.getRaster().setRect(x, heading, grids.get(i).getRaster());
      x += grids.get(i).getWidth() + space;
    }
    graphics.dispose();
    return picture;
  }

  /** White all over, with ink for text. */
  private static Graphics2D white(BufferedImage picture) {
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, picture.getWidth(), picture.getHeight());
    graphics.setColor(Color.DARK_GRAY);
    graphics.setFont(font());
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    return graphics;
  }

  @FunctionalInterface
  private interface Cell<T> {
    T at(int row, int column);
  }

  private static BufferedImage grid(
      ImageShape shape,
      int rows,
      int columns,
      List<String> labels,
      Cell<ImageSet> set,
      Cell<Integer> index) {
    int magnified = magnified(shape);
    int width = shape.width() * magnified + GAP;
    int height = shape.height() * magnified + GAP;
    int left = GAP + labelWidth(labels);
    BufferedImage picture =
        new BufferedImage(left + columns * width, GAP + rows * height, Picture.type(shape));
    Graphics2D graphics = white(picture);
    for (int row = 0; row < rows; row++) {
      if (row < labels.size()) {
        int middle = GAP + row * height + (height - GAP) / 2;
        graphics.drawString(labels.get(row), MARGIN, middle + font().getSize() / 3);
      }
      for (int column = 0; column < columns; column++) {
        ImageSet images = set.at(row, column);
        if (images != null) {
          Picture.draw(
              images,
              index.at(row, column),
              magnified,
              picture,
              left + column * width,
              GAP + row * height);
        }
      }
    }
    graphics.dispose();
    return picture;
  }

  private static Font font() {
    return new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  }

  private static int labelWidth(List<String> labels) {
    if (labels.isEmpty()) {
      return 0;
    }
    BufferedImage scratch = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = scratch.createGraphics();
    FontMetrics metrics = graphics.getFontMetrics(font());
    graphics.dispose();
    return 2 * MARGIN + labels.stream().mapToInt(metrics::stringWidth).max().orElse(0);
  }
}
