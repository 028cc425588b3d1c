package io.mulan.data;

import io.mulan.config.DataConfig;
import java.util.function.IntUnaryOperator;

/**
 * What a model is conditioned on for each image, as k numbers: a one at the place of its class, and
 * last whether it was augmented.
 *
 * @param classes how many there are; 0 if the model is not conditioned on classes
 * @param augmented whether the model is conditioned on whether an image was augmented
 */
public record Conditions(int classes, boolean augmented) {

  /** What a model of these images is conditioned on. */
  public static Conditions of(DataConfig config) {
    return new Conditions(config.classes(), config.augment() != DataConfig.Augment.NONE);
  }

  /** How many numbers, k. */
  public int size() {
    return classes + (augmented ? 1 : 0);
  }

  /**
   * Those of images of these classes, as they are [count,k].
   *
   * @param label the class of the image in each row, below {@code classes}
   */
  public float[] of(int count, IntUnaryOperator label) {
    float[] all = new float[count * size()];
    for (int i = 0; i < count && classes > 0; i++) {
      classify(all, i, label.applyAsInt(i));
    }
    return all;
  }

  /** Says which class the image of a row of an array [count,k] is of. */
  void classify(float[] all, int row, int label) {
    all[row * size() + label] = 1;
  }

  /** Says that the image of a row of an array [count,k] was augmented. */
  void change(float[] all, int row) {
    all[(row + 1) * size() - 1] = 1;
  }
}
