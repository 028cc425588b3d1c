package io.mulan.training;

import io.mulan.config.TrainingConfig.Precision;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** TensorFlow's type of what convolutions and matrix products multiply. */
public final class ProductType {
  private ProductType() {}

  /** The type of a precision. */
  public static Class<? extends TFloating> of(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> TFloat32.class;
      case BFLOAT16 -> TBfloat16.class;
    };
  }
}
