package io.mulan.golden;

import java.util.List;
import org.tensorflow.Result;
import org.tensorflow.Tensor;

/**
 * What a graph gave.
 *
 * @param names of all results, in the order of the tensors
 * @param gradientGroups of the results called {@code group/parameter}
 */
record CaseRun(List<String> names, List<String> gradientGroups, Result tensors)
    implements AutoCloseable {

  double[] values(String name) {
    Tensor tensor = tensors.get(names.indexOf(name));
    int count = Math.toIntExact(tensor.shape().size());
    double[] values = new double[count];
    var data = tensor.asRawTensor().data();
    if (tensor.dataType() != org.tensorflow.proto.DataType.DT_FLOAT) {
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

  @Override
  public void close() {
    tensors.close();
  }
}
