package io.mulan.report;

import java.awt.Color;

/**
 * Colours for numbers from 0 to 1 that grow evenly brighter, for the colour-blind and in grey, too:
 * viridis (S. van der Walt and N. Smith, 2015), by nine of its colours and lines between them.
 */
final class ColourMap {
  private static final int[] VIRIDIS = {
    0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725
  };

  private ColourMap() {}

  /** What is below 0 or above 1 has the colour of the end; what is no number is grey. */
  static Color at(double value) {
    if (Double.isNaN(value)) {
      return Color.LIGHT_GRAY;
    }
    double place = Math.max(0, Math.min(1, value)) * (VIRIDIS.length - 1);
    int below = Math.min((int) place, VIRIDIS.length - 2);
    double part = place - below;
    int rgb = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int a = VIRIDIS[below] >> shift & 0xff;
      int b = VIRIDIS[below + 1] >> shift & 0xff;
      rgb |= (int) Math.round(a + part * (b - a)) << shift;
    }
    return new Color(rgb);
  }
}
