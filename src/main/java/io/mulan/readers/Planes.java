package io.mulan.readers;

import io.mulan.config.ImageShape;

/** Images of which a channel follows the other whole [C,H,W]. */
final class Planes {
  private Planes() {}

  /** Copies one, as [H,W,C]. */
  static void copy(byte[] from, int at, ImageShape shape, byte[] target, int to) {
    int channels = shape.channels();
    int pixels = shape.size() / channels;
    for (int c = 0; c < channels; c++) {
      for (int p = 0, next = to + c; p < pixels; p++, next += channels) {
        target[next] = from[at + c * pixels + p];
      }
    }
  }
}
