package io.mulan.illustration;

/**
 * A number in nats.
 *
 * @param error how far quadrature may be off: what half the nodes change; zero in closed form
 */
public record Nats(double value, double error) {

  /** In closed form. */
  static Nats exact(double value) {
    return new Nats(value, 0);
  }

  /** The finer of two results, with their difference. */
  static Nats finer(double fine, double coarse) {
    return new Nats(fine, Math.abs(fine - coarse));
  }

  Nats plus(Nats other) {
    return new Nats(value + other.value, error + other.error);
  }

  public Nats minus(Nats other) {
    return new Nats(value - other.value, error + other.error);
  }

  Nats times(double factor) {
    return new Nats(factor * value, Math.abs(factor) * error);
  }
}
