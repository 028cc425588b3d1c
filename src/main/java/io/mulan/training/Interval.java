package io.mulan.training;

import io.mulan.diffusion.BoundTerms;
import java.util.Collections;
import java.util.List;

/**
 * What a run has measured since its last line of metrics, kept with each checkpoint: after a resume
 * the next line covers all of its steps.
 *
 * @param sums of the terms of the bound over these steps, in bits/dim, in the order of {@link
 *     BoundTerms#NAMES}
 * @param steps how many they are
 * @param seconds that all steps of the run have taken
 * @param worked seconds that all programs have worked on the run
 */
public record Interval(List<Double> sums, int steps, double seconds, double worked) {

  /** Of a run that begins. */
  public static final Interval NONE =
      new Interval(Collections.nCopies(BoundTerms.NAMES.size(), 0.0), 0, 0, 0);

  public Interval {
    if (sums == null || sums.size() != BoundTerms.NAMES.size() || steps < 0) {
      throw new IllegalArgumentException("not the sums of an interval");
    }
    sums = List.copyOf(sums);
  }
}
