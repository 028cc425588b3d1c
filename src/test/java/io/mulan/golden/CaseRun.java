package io.mulan.golden;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a graph gave.
 *
 * @param names of all results
 * @param rows values by name, of each run
 */
record CaseRun(List<String> names, List<String> groups, List<Map<String, double[]>> rows)
    implements CaseResults {

  @Override
  public double[] values(String name) {
    return rows.stream().flatMapToDouble(row -> Arrays.stream(row.get(name))).toArray();
  }
}
