package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.mulan.config.RunConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No variant falls off the compiled path, and none changes on it. */
final class CompiledStepTest {
  @Tag("integration")
  @Test
  void stepsAreTheSameWithAndWithoutXla() {
    check(
        "network.preconditioning=linear schedule.start=flat schedule.ends=learned"
            + " training.optimizer=muon");
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "schedule.kind=polynomial latent.gradient=score_function data.classes=10"
            + " training.free_bits=2 training.kl_warmup_steps=2",
        "schedule.kind=monotone schedule.start=flat latent.gradient=marginals network.kind=per_pixel"
            + " network.preconditioning=linear loss.prediction=x",
        "schedule.kind=linear latent.kind=gumbel network.attention=true loss.times=importance",
        "schedule.kind=fixed latent.kind=none loss.prediction=epsilon loss.timesteps=10",
        "schedule.kind=scalar latent.kind=none loss.prediction=v_from_epsilon loss.times=uniform",
        "schedule.kind=monotone_scalar latent.law=published latent.noise=gamma"
            + " training.encoder_rate=0.5 training.clip_norm=0",
        "latent.gradient=gumbel latent.encoder=unet network.conditioned=false",
        "latent.law=published latent.noise=gumbel loss.prediction=x loss.timesteps=10",
        "latent.kind=gaussian latent.encoder=unet"
      })
  void stepsOfAllOtherPartsAreTheSameWithAndWithoutXla(String settings) {
    check(settings);
  }

  private static void check(String settings) {
    RunConfig config = SmallRun.config(settings.split(" "));
    SmallRun.compare(
        config,
        config,
        true,
        (plain, compiled) -> {
          assertClose(plain.terms(), compiled.terms());
          assertClose(plain.gradientNorms(), compiled.gradientNorms());
        });
  }

  /** Later steps see the weights that earlier ones made: differences would grow. */
  private static void assertClose(float[] expected, float[] actual) {
    float largest = 0;
    for (float e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    assertArrayEquals(expected, actual, 1e-3f * largest);
  }
}
