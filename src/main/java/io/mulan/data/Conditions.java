package io.mulan.data;

import io.mulan.config.DataConfig;
import java.util.function.IntUnaryOperator;

/**
 * What a model is told of an image beside its pixels, as k numbers: a one at the place of its
 * class.
 *
 * @param classes how many there are; 0 if the model is told none
 */
public record Conditions(int classes) {

  /** What a model of these images is told. */
  public static Conditions of(DataConfig config) {
    return new Conditions(config.classes());
  }

  /** How many numbers, k. */
  public int size() {
    return classes;
  }

  /**
   * Those of images of these classes [count,k].
   *
   * @param label the class of the image in each row, below {@code classes}
   */
  public float[] of(int count, IntUnaryOperator label) {
    float[] all = new float[count * size()];
    for (int i = 0; i < count && size() > 0; i++) {
      write(label.applyAsInt(i), all, i);
    }
    return all;
  }

  /** Fills a row of an array [count,k] that holds zeros. */
  void write(int label, float[] target, int row) {
    target[row * size() + label] = 1;
  }
}
