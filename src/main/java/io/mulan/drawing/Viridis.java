package io.mulan.drawing;

import java.awt.Color;

/**
 * Colours for numbers: evenly lighter from low to high, so that they keep their order in grey and
 * for the colour-blind (viridis, S. van der Walt and N. Smith, 2015, in the public domain).
 */
final class Viridis {
  /** At even distances. */
  private static final int[] ANCHORS = {
    0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b,
    0xfde725
  };

  private Viridis() {}

  /** The colour of a share from 0 to 1; what lies beyond has that of the nearer end. */
  static Color of(double share) {
    double at = Math.max(0, Math.min(1, share)) * (ANCHORS.length - 1);
    int below = Math.min((int) at, ANCHORS.length - 2);
    Color low = new Color(ANCHORS[below]);
    Color high = new Color(ANCHORS[below + 1]);
    double part = at - below;
    return new Color(
        between(low.getRed(), high.getRed(), part),
        between(low.getGreen(), high.getGreen(), part),
        between(low.getBlue(), high.getBlue(), part));
  }

  private static int between(int low, int high, double part) {
    return (int) Math.round(low + part * (high - low));
  }
}
