package io.mulan.training;

import io.mulan.tf.StepTrace;

/** What TensorFlow does to a batch again and again, to be measured. */
public interface MeasuredStep {

  /** Does it once. */
  void run();

  /** Does it once, traced. */
  StepTrace trace();

  /** Gives TensorFlow the same and lets it compute nothing. */
  void idle();
}
