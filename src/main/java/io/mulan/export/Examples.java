package io.mulan.export;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** The smallest inputs that a signature takes: one image, one step. To be closed. */
final class Examples implements AutoCloseable {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  Examples(ModelSignature signature) {
    signature.inputs().forEach(p -> tensors.put(p.name(), of(p)));
  }

  private static Tensor of(Port port) {
    Shape shape =
        Shape.of(Arrays.stream(port.operand().shape().asArray()).map(n -> n < 0 ? 1 : n).toArray());
    return switch (port.operand().asOutput().dataType()) {
      case DT_UINT8 -> TUint8.tensorOf(shape, t -> t.scalars().forEach(x -> x.setByte((byte) 0)));
      case DT_BOOL -> TBool.tensorOf(shape, t -> t.scalars().forEach(x -> x.setBoolean(false)));
      // A scalar counts something, a row is a class, and there may be only one.
      case DT_INT32 ->
          TInt32.tensorOf(
              shape, t -> t.scalars().forEach(x -> x.setInt(shape.numDimensions() == 0 ? 1 : 0)));
      case DT_INT64 -> TInt64.tensorOf(shape, t -> t.scalars().forEach(x -> x.setLong(1)));
      case DT_FLOAT -> TFloat32.tensorOf(shape, t -> t.scalars().forEach(x -> x.setFloat(0.5f)));
      default -> throw new IllegalStateException("no example of " + port.type());
    };
  }

  /** By the names of the inputs. */
  Map<String, Tensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
  }
}
