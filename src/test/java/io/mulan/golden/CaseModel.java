package io.mulan.golden;

import org.tensorflow.types.family.TFloating;

/** The code under test, as it computes one case in either float type. */
@FunctionalInterface
public interface CaseModel {

  /** Builds the graph of the case and names its results. */
  <T extends TFloating> void build(CaseGraph<T> g);
}
