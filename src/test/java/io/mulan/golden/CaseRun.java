package io.mulan.golden;

import java.util.List;
import org.tensorflow.Result;

/**
 * What a graph gave.
 *
 * @param names of all results, in the order of the tensors
 */
record CaseRun(List<String> names, List<String> groups, Result tensors)
    implements CaseResults, AutoCloseable {

  @Override
  public double[] values(String name) {
    return CaseResults.values(tensors.get(names.indexOf(name)));
  }

  @Override
  public void close() {
    tensors.close();
  }
}
