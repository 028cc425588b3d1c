package io.mulan.diffusion;

import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.family.TFloating;

/**
 * The law of k-subsets S of m categories with p(S) ∝ exp(Σ_S l): conditional Bernoulli (Chen,
 * Dempster, Liu, "Weighted finite population sampling to maximize entropy", 1994).
 *
 * <p>Everything comes from one table, in logarithms: row i holds the elementary symmetric
 * polynomials of the weights e^l of the categories from i on, at j the sum over their j-subsets.
 */
final class SubsetLaw<T extends TFloating> {
  /** The logarithm of nothing; infinities would make gradients that are not numbers. */
  private static final double NOTHING = -1e30;

  private final Maths<T> m;
  private final Ops tf;
  private final int size;
  private final int k;
  private final List<Operand<T>> logits = new ArrayList<>();
  private final List<Operand<T>> table;
  private final Operand<T> none;

  /**
   * @param logits l [B,m]
   * @param k from 1 to below m
   */
  SubsetLaw(Maths<T> m, Operand<T> logits, int size, int k) {
    this.m = m;
    this.tf = m.ops();
    this.size = size;
    this.k = k;
    for (int i = 0; i < size; i++) {
      this.logits.add(m.column(logits, i)); // [B, 1]
    }
    Operand<T> zero = tf.zerosLike(this.logits.get(0));
    none = m.add(zero, NOTHING);
    table = table(zero);
  }

  /** Rows 0 to m, each [B,k+1]. */
  private List<Operand<T>> table(Operand<T> zero) {
    Operand<T> row = m.concat(1, List.of(zero, tf.tile(none, tf.constant(new int[] {1, k}))));
    List<Operand<T>> rows = new ArrayList<>(List.of(row));
    for (int i = size - 1; i >= 0; i--) {
      row = sumOfExponentials(row, with(i, row));
      rows.add(0, row);
    }
    return rows;
  }

  /** The subsets that category i is in: one category more than those of the row after it. */
  private Operand<T> with(int i, Operand<T> after) {
    return m.concat(1, List.of(none, m.add(m.columns(after, 0, k), logits.get(i))));
  }

  /** log(e^a + e^b); at the largest subtracted, neither overflows. */
  private Operand<T> sumOfExponentials(Operand<T> a, Operand<T> b) {
    Operand<T> largest = m.constantFor(tf.math.maximum(a, b));
    Operand<T> sum = m.add(m.exp(m.sub(a, largest)), m.exp(m.sub(b, largest)));
    return m.add(m.log(sum), largest);
  }

  /** log Σ_S exp(Σ_S l) [B]. */
  Operand<T> logPartition() {
    return m.reshape(m.column(table.get(0), k), -1);
  }

  /** The probability that each category is in S, the gradient of the log-partition [B,m]. */
  Operand<T> marginals() {
    Operand<T> partition = logPartition();
    Operand<T> ones = m.add(tf.zerosLike(partition), 1);
    return m.concat(1, Gradients.of(m, partition, ones, logits));
  }

  /**
   * A subset drawn category by category: each with its probability given how many are still needed.
   *
   * @param chosen one for those in S, else zero; exactly k of them [B,m]
   * @param margins how far each was from being the other: the log-odds of its choice less those of
   *     its uniform draw; positive exactly where it is in S; differentiable by the logits [B,m]
   * @param perturbed the logits less the log-odds of the uniform draws: plus logistic noise, the
   *     difference of two Gumbel variables [B,m]
   */
  record Draw<T extends TFloating>(Operand<T> chosen, Operand<T> margins, Operand<T> perturbed) {}

  /**
   * Draws a subset.
   *
   * @param uniform in (0,1) [B,m]
   */
  Draw<T> draw(Operand<T> uniform) {
    List<Operand<T>> chosen = new ArrayList<>();
    List<Operand<T>> margins = new ArrayList<>();
    Operand<T> logOdds = m.log(m.div(uniform, m.sub(m.constant(1), uniform)));
    Operand<T> needed = firstNeeded(); // one at the number still needed [B, k+1]
    for (int i = 0; i < size; i++) {
      Operand<T> after = table.get(i + 1);
      Operand<T> odds = m.sumKeeping(m.mul(needed, m.sub(with(i, after), after)), 1); // [B, 1]
      Operand<T> margin = m.sub(odds, m.column(logOdds, i));
      Operand<TBool> taken = tf.math.greater(margin, m.constant(0));
      Operand<T> on = m.constantFor(tf.dtypes.cast(taken, m.type()));
      chosen.add(on);
      margins.add(margin);
      Operand<T> fewer = m.concat(1, List.of(m.columns(needed, 1, k), tf.zerosLike(on)));
      needed = m.add(needed, m.mul(on, m.sub(fewer, needed)));
    }
    return new Draw<>(
        m.concat(1, chosen), m.concat(1, margins), m.sub(m.concat(1, logits), logOdds));
  }

  private Operand<T> firstNeeded() {
    Operand<T> zero = tf.zerosLike(logits.get(0));
    Operand<T> zeros = tf.tile(zero, tf.constant(new int[] {1, k}));
    return m.concat(1, List.of(zeros, m.add(zero, 1)));
  }
}
