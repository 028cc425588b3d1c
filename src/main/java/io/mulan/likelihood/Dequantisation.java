package io.mulan.likelihood;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;

/**
 * Noise that turns the levels of an image into a point z_0 that a density can be asked about: log
 * p(x) ≥ E[log p_0(z_0) - log q(z_0|x)], with equality in the limit of many importance samples
 * (Theis et al. 2016; Zheng et al. 2023, section 4.2). Everything is [B,H,W,C] or, of γ_0,
 * [B,1,1,1].
 */
public sealed interface Dequantisation {

  /**
   * Noise of this law, before it is scaled.
   *
   * @param uniform in (0,1)
   */
  Operand<TFloat64> noise(Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> uniform);

  /** z_0 of a signal f and this noise. */
  Operand<TFloat64> place(
      Maths<TFloat64> d,
      Operand<TFloat64> signal,
      Operand<TFloat64> gamma0,
      Operand<TFloat64> noise);

  /** log q(z_0|x) in nats [B]. */
  Operand<TFloat64> logDensity(
      Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> noise);

  /**
   * Its expectation, minus the entropy of q(z_0|x), in nats [B].
   *
   * @param noise for its shape
   */
  Operand<TFloat64> expectedLogDensity(
      Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> noise);

  /** In words, for reports. */
  String description();

  private static Operand<TFloat64> alpha(Maths<TFloat64> d, Operand<TFloat64> gamma0) {
    return d.sqrt(d.sigmoid(d.neg(gamma0)));
  }

  /** Σ of a value for each pixel, [B,1,1,1] or [B,H,W,C], over the pixels of an image [B]. */
  private static Operand<TFloat64> total(
      Maths<TFloat64> d, Operand<TFloat64> value, Operand<TFloat64> noise) {
    return d.sumPerImage(d.add(d.ops().zerosLike(noise), value));
  }

  /**
   * Uniform over the level's own interval: z_0 = α_0 (f + 2 (u - ½) / V).
   *
   * @param levels V
   * @param published as if α_0 were one, and with 256 levels whatever the model has
   */
  record Uniform(int levels, boolean published) implements Dequantisation {
    private static final int PUBLISHED_LEVELS = 256;

    private double width() {
      return 2.0 / (published ? PUBLISHED_LEVELS : levels);
    }

    @Override
    public Operand<TFloat64> noise(
        Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> uniform) {
      return uniform;
    }

    @Override
    public Operand<TFloat64> place(
        Maths<TFloat64> d,
        Operand<TFloat64> signal,
        Operand<TFloat64> gamma0,
        Operand<TFloat64> noise) {
      Operand<TFloat64> moved = d.add(signal, d.mul(d.add(noise, -0.5), width()));
      return published ? moved : d.mul(alpha(d, gamma0), moved);
    }

    @Override
    public Operand<TFloat64> logDensity(
        Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> noise) {
      Operand<TFloat64> alpha = published ? d.constant(1) : alpha(d, gamma0);
      return d.neg(total(d, d.log(d.mul(alpha, width())), noise));
    }

    @Override
    public Operand<TFloat64> expectedLogDensity(
        Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> noise) {
      return logDensity(d, gamma0, noise);
    }

    @Override
    public String description() {
      return published ? "uniform dequantisation as published" : "uniform dequantisation";
    }
  }

  /**
   * The noise that the model itself has at t = 0, as far as the level's own interval reaches: z_0 =
   * α_0 f + σ_0 u, |u| &lt; τ, with τ = exp(-γ_0/2) / V, so that intervals meet and do not overlap.
   *
   * @param levels V
   */
  record TruncatedNormal(int levels) implements Dequantisation {

    private Operand<TFloat64> cut(Maths<TFloat64> d, Operand<TFloat64> gamma0) {
      return d.mul(d.exp(d.mul(gamma0, -0.5)), 1.0 / levels);
    }

    /** The probability of |u| &lt; τ under the normal law. */
    private Operand<TFloat64> inside(Maths<TFloat64> d, Operand<TFloat64> gamma0) {
      return d.ops().math.erf(d.mul(cut(d, gamma0), Math.sqrt(0.5)));
    }

    @Override
    public Operand<TFloat64> noise(
        Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> uniform) {
      return truncated(d, inside(d, gamma0), uniform);
    }

    /** By the inverse of the distribution function. */
    private static Operand<TFloat64> truncated(
        Maths<TFloat64> d, Operand<TFloat64> inside, Operand<TFloat64> uniform) {
      Operand<TFloat64> both = d.add(d.mul(uniform, 2), -1);
      return d.mul(d.ops().math.erfinv(d.mul(inside, both)), Math.sqrt(2));
    }

    @Override
    public Operand<TFloat64> place(
        Maths<TFloat64> d,
        Operand<TFloat64> signal,
        Operand<TFloat64> gamma0,
        Operand<TFloat64> noise) {
      Operand<TFloat64> sigma = d.sqrt(d.sigmoid(gamma0));
      return d.add(d.mul(alpha(d, gamma0), signal), d.mul(sigma, noise));
    }

    @Override
    public Operand<TFloat64> logDensity(
        Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> noise) {
      Operand<TFloat64> squares = d.mul(d.square(noise), -0.5);
      return d.sumPerImage(d.sub(squares, logScale(d, gamma0)));
    }

    /** E u² = 1 - 2 τ φ(τ) / P(|u| &lt; τ). */
    @Override
    public Operand<TFloat64> expectedLogDensity(
        Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> noise) {
      Operand<TFloat64> cut = cut(d, gamma0);
      Operand<TFloat64> density =
          d.mul(d.exp(d.mul(d.square(cut), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      Operand<TFloat64> lost = d.div(d.mul(cut, density), inside(d, gamma0));
      return total(d, d.sub(d.add(lost, -0.5), logScale(d, gamma0)), noise);
    }

    /** log √(2π) + log σ_0 + log P(|u| &lt; τ). */
    private Operand<TFloat64> logScale(Maths<TFloat64> d, Operand<TFloat64> gamma0) {
      Operand<TFloat64> logSigma = d.mul(d.softplus(d.neg(gamma0)), -0.5);
      return d.add(d.add(logSigma, d.log(inside(d, gamma0))), 0.5 * Math.log(2 * Math.PI));
    }

    @Override
    public String description() {
      return "truncated-normal dequantisation";
    }
  }

  /**
   * {@link TruncatedNormal} as published, for γ_0 = -13.3 and 256 levels whatever the model has:
   * cut at 3 with the constants of a cut at 3.0187, z_0 = f + exp(γ_0/2) u as if α_0 were one, and
   * σ_0 in the density.
   */
  record PublishedTruncatedNormal() implements Dequantisation {
    private static final double GAMMA = -13.3;
    private static final double INSIDE_3 = 0.9973002039367398;
    private static final double INSIDE = 0.9974613;
    private static final double LOST = 0.01522;

    private static final double LOG_SIGMA = -0.5 * Math.log1p(Math.exp(-GAMMA));

    @Override
    public Operand<TFloat64> noise(
        Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> uniform) {
      return TruncatedNormal.truncated(d, d.constant(INSIDE_3), uniform);
    }

    @Override
    public Operand<TFloat64> place(
        Maths<TFloat64> d,
        Operand<TFloat64> signal,
        Operand<TFloat64> gamma0,
        Operand<TFloat64> noise) {
      return d.add(signal, d.mul(noise, Math.exp(0.5 * GAMMA)));
    }

    @Override
    public Operand<TFloat64> logDensity(
        Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> noise) {
      double scale = 0.5 * Math.log(2 * Math.PI) + Math.log(INSIDE) + LOG_SIGMA;
      return d.sumPerImage(d.add(d.mul(d.square(noise), -0.5), -scale));
    }

    @Override
    public Operand<TFloat64> expectedLogDensity(
        Maths<TFloat64> d, Operand<TFloat64> gamma0, Operand<TFloat64> noise) {
      double entropy = 0.5 * (1 + Math.log(2 * Math.PI)) - LOST + LOG_SIGMA;
      return total(d, d.constant(-entropy), noise);
    }

    @Override
    public String description() {
      return "truncated-normal dequantisation as published";
    }
  }
}
