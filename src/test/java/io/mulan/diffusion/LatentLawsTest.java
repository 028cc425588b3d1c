package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.config.ConfigReader;
import io.mulan.config.LatentConfig;
import io.mulan.tf.GraphScope;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import io.mulan.tf.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.hipparchus.stat.StatUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/** Draws, densities, priors and KLs of each latent belong to one law. */
final class LatentLawsTest {
  private static final int DRAWS = 20_000;
  private static final int SIZE = 6;
  private static final double[] LOGITS = {0.8, -0.3, 0.1, -1.2, 0.5, 0};

  /** The same for every image. */
  private record Fixed(Maths<TFloat64> m) implements Latent.Encoder<TFloat64> {
    @Override
    public Operand<TFloat64> head(String suffix) {
      return m.add(m.zeros(m.ops().constant(DRAWS), SIZE), m.reshape(m.vector(LOGITS), 1, SIZE));
    }

    @Override
    public Operand<TFloat64> zeros() {
      return m.zeros(m.ops().constant(DRAWS), 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"top_k", "gumbel", "gaussian", "none"})
  void drawsDensitiesAndKlAgree(String kind) {
    LatentConfig config =
        ConfigReader.read(
                Optional.empty(),
                Optional.empty(),
                List.of("latent.kind=" + kind, "latent.size=" + SIZE, "latent.k=2"))
            .latent();
    Latent latent = Latent.of(config);
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = GraphScope.ops(graph);
      Maths<TFloat64> m = new Maths<>(tf, TFloat64.class);
      StatelessRandom<TFloat64> random =
          new StatelessRandom<>(m, tf.constant(1L), tf.constant(0L)).rows(tf.constant(0L));
      Posterior<TFloat64> q = latent.posterior(m, new Fixed(m));
      Posterior<TFloat64> p = latent.prior(m, tf.constant(DRAWS));
      Operand<TFloat64> noise = latent.noise(random, tf.constant(DRAWS));
      Operand<TFloat64> c = q.draw(noise, m.constant(0));
      Operand<TFloat64> other = p.draw(noise, m.constant(0));
      try (Result result =
          session
              .runner()
              .fetch(m.sub(q.logDensity(m, c), p.logDensity(m, c)))
              .fetch(m.add(q.kl(), 0))
              .fetch(m.sub(q.logDensity(m, other), p.logDensity(m, other)))
              .fetch(m.add(p.kl(), 0))
              .fetch(m.sub(q.logDensity(m, q.mode()), q.logDensity(m, c)))
              .run()) {
        double[] ratio = Tensors.doubles((TFloat64) result.get(0));
        double kl = ((TFloat64) result.get(1)).getDouble(0);
        assertEquals(kl, StatUtils.mean(ratio), 4 * error(ratio), "E_q[log q - log p] is the KL");
        double[] weights =
            Arrays.stream(Tensors.doubles((TFloat64) result.get(2))).map(Math::exp).toArray();
        assertEquals(1, StatUtils.mean(weights), 4 * error(weights), "E_p[q/p] is one");
        assertEquals(0, ((TFloat64) result.get(3)).getDouble(0), 1e-9, "the prior's KL to itself");
        double least = StatUtils.min(Tensors.doubles((TFloat64) result.get(4)));
        assertEquals(0, Math.min(least, 0), 1e-9, "no draw is likelier than the mode");
      }
    }
  }

  private static double error(double[] values) {
    return Math.sqrt(StatUtils.variance(values) / values.length) + 1e-12;
  }
}
