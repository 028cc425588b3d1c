package io.mulan.golden;

import java.util.List;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;

/** What the code under test computed for one case in one float type. */
public interface CaseResults {

  /** The names of all results. */
  List<String> names();

  /** Of results called {@code group/parameter}, such as gradients. */
  List<String> groups();

  double[] values(String name);

  /** The numbers of a tensor of either float type. */
  static double[] values(Tensor tensor) {
    int count = Math.toIntExact(tensor.shape().size());
    double[] values = new double[count];
    var data = tensor.asRawTensor().data();
    if (tensor.dataType() != DataType.DT_FLOAT) {
      data.asDoubles().read(values);
      return values;
    }
    float[] floats = new float[count];
    data.asFloats().read(floats);
    for (int i = 0; i < count; i++) {
      values[i] = floats[i];
    }
    return values;
  }
}
