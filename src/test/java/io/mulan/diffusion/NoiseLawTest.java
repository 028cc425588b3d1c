package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.config.ConfigReader;
import io.mulan.config.LatentConfig;
import io.mulan.diffusion.Latent.NoiseLaw;
import io.mulan.tf.GraphScope;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

final class NoiseLawTest {
  private static final int BATCH = 3;

  @ParameterizedTest
  @CsvSource({
    "top_k,    subset,    gamma",
    "top_k,    published, gamma",
    "top_k,    published, gumbel",
    "gumbel,   subset,    gamma",
    "gaussian, subset,    gamma",
    "none,     subset,    gamma"
  })
  void itsShapeIsThatOfTheNoise(String kind, String law, String noise) {
    LatentConfig config =
        ConfigReader.read(
                Optional.empty(),
                Optional.empty(),
                List.of("latent.kind=" + kind, "latent.law=" + law, "latent.noise=" + noise))
            .latent();
    Latent latent = Latent.of(config);
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = GraphScope.ops(graph);
      Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
      StatelessRandom<TFloat32> random = new StatelessRandom<>(m, tf.constant(1L), tf.constant(0L));
      Operand<TFloat32> drawn = latent.noise(random, tf.constant(BATCH));
      try (Result result = session.runner().fetch(drawn).run()) {
        Shape given = latent.noiseLaw(BATCH).map(NoiseLaw::shape).orElse(Shape.scalar());
        assertEquals(given, result.get(0).shape());
      }
    }
  }
}
