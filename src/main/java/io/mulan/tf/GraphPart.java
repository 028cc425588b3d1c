package io.mulan.tf;

/** Some operands of a graph that belong together. */
public interface GraphPart<G> {

  /** The same in a copy of the graph. */
  G in(RewrittenGraph copy);
}
