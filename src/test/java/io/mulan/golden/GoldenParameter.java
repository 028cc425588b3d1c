package io.mulan.golden;

import java.util.Arrays;

/**
 * A parameter of a case: stored, or made by the vectors' formula from its name, shape and rank.
 *
 * @param rank k among the sorted names of the case
 * @param statistics that the values must have
 */
public record GoldenParameter(
    String name, long[] shape, int rank, GoldenCase owner, Statistics statistics) {
  private static final double SUMMATION_ERROR = 1e-9;

  /** The values, each a float, in row-major order, after a check of their statistics. */
  public double[] values() {
    double[] values =
        owner.storesParameters() ? owner.array("param/" + name).toDoubles() : formula();
    double error = Statistics.of(values, rank).distance(statistics);
    if (!(error <= SUMMATION_ERROR * statistics.norm())) {
      throw new AssertionError(
          owner + ": parameter " + name + " differs from paramstat by " + error);
    }
    return values;
  }

  private double[] formula() {
    int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    double[] values = new double[count];
    Affine law = law(count);
    double scale = name.equals("score_model/conv_out/kernel") ? owner.config().scoreOutScale() : 1;
    long seed = owner.seed() + 1;
    for (int i = 0; i < count; i++) {
      float value = (float) (law.offset + law.factor * SplitMix.symmetric(seed, rank, i));
      values[i] = (float) (value * scale);
    }
    return values;
  }

  private record Affine(double offset, double factor) {}

  /** The value as a function of r in [-1,1). */
  private Affine law(int count) {
    PublishedConfig config = owner.config();
    double range = config.gammaMax() - config.gammaMin();
    return switch (name) {
      case "gamma/l1/kernel", "gamma/w" -> new Affine(range, 0.1 * range);
      case "gamma/l1/bias", "gamma/b" -> new Affine(config.gammaMin(), 0.1);
      case "gamma/l2/kernel" -> new Affine(0, 1);
      case "gamma/l3/kernel" -> new Affine(0, 4);
      default -> {
        if (name.endsWith("kernel")) {
          yield new Affine(0, Math.sqrt(3.0 * shape[shape.length - 1] / count));
        }
        yield name.endsWith("scale") ? new Affine(1, 0.1) : new Affine(0, 0.1);
      }
    };
  }
}
