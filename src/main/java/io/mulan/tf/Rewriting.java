package io.mulan.tf;

import java.util.Optional;

/**
 * What is changed in a graph before it runs, beyond what always is.
 *
 * @param recomputation what is computed again in place of being kept
 * @param fusion which element-wise operations are fused
 */
public record Rewriting(Optional<Recomputation> recomputation, Optional<Fusion> fusion) {
  /** Nothing. */
  public static final Rewriting NONE = new Rewriting(Optional.empty(), Optional.empty());
}
