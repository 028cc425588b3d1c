package io.mulan.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.LatentConfig;
import io.mulan.nn.Dropout;
import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat64;

/**
 * The gradient of the whole bound, along one direction in the space of all weights, against central
 * differences in double precision.
 *
 * <p>A discrete latent has no derivative: the encoder is held fixed there, and the KL is looked at
 * alone.
 */
final class BoundGradientsTest {
  /** Small, for the embedding of times turns a thousand times as fast as they pass. */
  private static final double H = 1e-6;

  private static final double[] TIMES = {0.1, 0.45, 0.83};

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schedule.kind=monotone_scalar",
        "latent.kind=gaussian latent.encoder=unet",
        "latent.law=published latent.noise=gamma",
        "loss.timesteps=7 loss.prediction=x schedule.kind=monotone",
        "network.preconditioning=linear network.signal_power=0.4 schedule.ends=learned"
      })
  void theGradientIsTheCentralDifference(String settings) {
    try (SmallModel<TFloat64> small = new SmallModel<>(TFloat64.class, settings.split(" "))) {
      boolean smooth = small.config().latent().kind() == LatentConfig.Kind.GAUSSIAN;
      BoundTerms<TFloat64> terms =
          small.model.bound(
              small.m,
              small.weights(smooth ? "none" : "encoder_model/"),
              Dropout.none(),
              small.images,
              small.noise());
      check(small, sum(small.m, terms.all()));
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "schedule.kind=polynomial",
        "latent.kind=gumbel",
        "network.kind=per_pixel",
        "loss.prediction=epsilon",
        "schedule.kind=monotone",
        "schedule.kind=linear",
        "schedule.kind=fixed",
        "schedule.kind=scalar",
        "schedule.kind=polynomial latent.kind=none",
        "schedule.kind=monotone latent.kind=none",
        "schedule.kind=scalar latent.kind=none",
        "latent.kind=gaussian",
        "latent.kind=gaussian schedule.kind=monotone",
        "latent.law=published latent.noise=gumbel",
        "latent.gradient=marginals",
        "latent.encoder=unet",
        "network.kind=per_pixel schedule.kind=scalar latent.kind=none",
        "network.attention=true",
        "network.conditioned=false",
        "network.fourier=[]",
        "loss.prediction=x",
        "loss.prediction=v_from_epsilon",
        "network.preconditioning=linear loss.prediction=x network.kind=per_pixel",
        "network.preconditioning=linear loss.prediction=epsilon schedule.kind=scalar",
        "network.preconditioning=linear loss.prediction=v_from_epsilon latent.kind=gaussian",
        "loss.timesteps=7 loss.prediction=epsilon",
        "loss.timesteps=7 loss.prediction=v network.kind=per_pixel"
      })
  void theGradientOfOtherModelsIsTheCentralDifference(String settings) {
    theGradientIsTheCentralDifference(settings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"latent.kind=top_k", "latent.kind=gumbel", "latent.kind=gaussian"})
  void theGradientOfTheKlByTheEncoderIsTheCentralDifference(String settings) {
    try (SmallModel<TFloat64> small = new SmallModel<>(TFloat64.class, settings.split(" "))) {
      Posterior<TFloat64> posterior =
          small.model.posterior(small.m, small.weights("none"), small.images);
      check(small, sum(small.m, List.of(posterior.kl())));
    }
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(
      strings = {"latent.kind=top_k latent.law=published", "latent.kind=top_k latent.encoder=unet"})
  void theGradientOfTheKlOfOtherLatentsIsTheCentralDifference(String settings) {
    theGradientOfTheKlByTheEncoderIsTheCentralDifference(settings);
  }

  private static Operand<TFloat64> sum(Maths<TFloat64> m, List<Operand<TFloat64>> terms) {
    Operand<TFloat64> all = m.constant(0);
    for (Operand<TFloat64> term : terms) {
      all = m.add(all, m.sum(term, 0));
    }
    return all;
  }

  private static void check(SmallModel<TFloat64> small, Operand<TFloat64> loss) {
    Operand<TFloat64> slope =
        Gradients.of(small.m, loss, small.m.constant(1), List.of(small.h)).get(0);
    double actual = small.run(0, TIMES, List.of(slope)).get(0)[0];
    double up = small.run(H, TIMES, List.of(loss)).get(0)[0];
    double down = small.run(-H, TIMES, List.of(loss)).get(0)[0];
    double expected = (up - down) / (2 * H);
    assertTrue(Math.abs(expected) > 1e-3, "the loss depends on the weights: " + expected);
    assertEquals(expected, actual, 2e-6 * Math.max(1, Math.abs(expected)));
  }
}
