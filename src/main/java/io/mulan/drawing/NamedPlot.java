package io.mulan.drawing;

/**
 * A plot among others.
 *
 * @param name of its files, without extension
 * @param caption what it shows and how to read it, in a sentence or two
 */
public record NamedPlot(String name, String caption, Plot plot) {

  /** The plot's own. */
  public String title() {
    return plot.title();
  }
}
