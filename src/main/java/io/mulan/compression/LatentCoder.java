package io.mulan.compression;

import io.mulan.config.LatentConfig;
import java.util.Arrays;

/**
 * How a latent c is taken from a stack by q(c given x), and put by p(c). Both are given by their
 * natural parameters, as {@link io.mulan.diffusion.Posterior#natural} has them, for one image.
 */
sealed interface LatentCoder {

  /** The natural parameters of p(c). */
  float[] prior();

  /** Takes c [m]. */
  float[] take(Rans stack, float[] natural);

  /** Puts c [m]. */
  void put(Rans stack, float[] natural, float[] c);

  static LatentCoder of(LatentConfig c) {
    return switch (c.kind()) {
      // Published draws have a law without a closed form. Any law will do: this one can be coded.
      case TOP_K -> new Subset(c.size(), c.k());
      case GUMBEL -> new Subset(c.size(), 1);
      case GAUSSIAN -> new Normal(c.size());
      case NONE -> new None();
    };
  }

  /** There is no latent: c is a zero. */
  record None() implements LatentCoder {
    @Override
    public float[] prior() {
      return new float[1];
    }

    @Override
    public float[] take(Rans stack, float[] natural) {
      return new float[1];
    }

    @Override
    public void put(Rans stack, float[] natural, float[] c) {
      // It is always the same.
    }
  }

  /**
   * k of m categories, one after another, each with its probability given how many are still needed
   * (the law of {@code SubsetLaw} in {@code io.mulan.diffusion}). One of m is a subset, too.
   *
   * @param size m
   */
  record Subset(int size, int k) implements LatentCoder {
    private static final long WHOLE = 1L << Rans.PRECISION;

    @Override
    public float[] prior() {
      return new float[size];
    }

    @Override
    public float[] take(Rans stack, float[] logits) {
      double[][] table = table(logits);
      float[] c = new float[size];
      int needed = k;
      for (int i = 0; i < size; i++) {
        long mass = mass(table, logits, i, needed);
        if (stack.slot(Rans.PRECISION) < mass) {
          stack.take(0, mass, Rans.PRECISION);
          c[i] = 1;
          needed--;
        } else {
          stack.take(mass, WHOLE - mass, Rans.PRECISION);
        }
      }
      return c;
    }

    @Override
    public void put(Rans stack, float[] logits, float[] c) {
      double[][] table = table(logits);
      int needed = 0;
      for (int i = size - 1; i >= 0; i--) {
        if (c[i] == 1) {
          needed++;
          stack.put(0, mass(table, logits, i, needed), Rans.PRECISION);
        } else {
          long mass = mass(table, logits, i, needed);
          stack.put(mass, WHOLE - mass, Rans.PRECISION);
        }
      }
    }

    /** Of category i being on, where so many of those from i on are. */
    private long mass(double[][] table, float[] logits, int i, int needed) {
      if (needed == 0) {
        return 0;
      }
      if (needed == size - i) {
        return WHOLE;
      }
      double log = logits[i] + table[i + 1][needed - 1] - table[i][needed];
      long mass = (long) (WHOLE * StrictMath.exp(log));
      return Math.max(1, Math.min(WHOLE - 1, mass));
    }

    /** Row i: the logarithms of the elementary symmetric polynomials of e^l from i on. */
    private double[][] table(float[] logits) {
      double[][] table = new double[size + 1][k + 1];
      for (int i = size; i >= 0; i--) {
        for (int j = 0; j <= k; j++) {
          if (j == 0) {
            table[i][j] = 0;
          } else if (i == size) {
            table[i][j] = Double.NEGATIVE_INFINITY;
          } else {
            table[i][j] = sum(table[i + 1][j], table[i + 1][j - 1] + logits[i]);
          }
        }
      }
      return table;
    }

    /** log(e^a + e^b). */
    private static double sum(double a, double b) {
      double largest = Math.max(a, b);
      return largest == Double.NEGATIVE_INFINITY
          ? largest
          : largest + StrictMath.log1p(StrictMath.exp(Math.min(a, b) - largest));
    }
  }

  /**
   * m normal variables on a grid that is the same for all images: what takes c from the stack when
   * it is read does not know x.
   *
   * @param size m
   */
  record Normal(int size) implements LatentCoder {
    private static final double WIDTH = 1.0 / 64;

    @Override
    public float[] prior() {
      float[] natural = new float[2 * size];
      Arrays.fill(natural, size, 2 * size, -0.5f);
      return natural;
    }

    /** Of component i: μ = n_i σ² and σ² = -1/2n_(m+i). */
    private GridNormal law(float[] natural, int i) {
      double variance = -0.5 / natural[size + i];
      return new GridNormal(natural[i] * variance, Math.sqrt(variance), WIDTH);
    }

    @Override
    public float[] take(Rans stack, float[] natural) {
      float[] c = new float[size];
      for (int i = 0; i < size; i++) {
        c[i] = (float) (law(natural, i).take(stack) * WIDTH);
      }
      return c;
    }

    @Override
    public void put(Rans stack, float[] natural, float[] c) {
      for (int i = size - 1; i >= 0; i--) {
        law(natural, i).put(stack, Math.round(c[i] / WIDTH));
      }
    }
  }
}
