package io.mulan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Combinations of settings: which mean something, and why others are refused. */
final class RunConfigTest {

  private static RunConfig config(String settings) {
    return ConfigReader.read(Optional.empty(), Optional.empty(), List.of(settings.split(" ")));
  }

  @ParameterizedTest
  @CsvSource({
    "schedule.kind=fixed network.conditioned=false, latent.kind is top_k, pays for nothing",
    "schedule.kind=linear network.conditioned=false latent.kind=gaussian, latent.kind is gaussian,"
        + " linear",
    "loss.times=importance loss.timesteps=10, loss.times is importance, equal weights",
    "latent.law=published latent.gradient=marginals, latent.gradient is marginals, law published",
    "latent.size=600 latent.k=3, latent.size is 600, at most 512",
    "latent.size=5 latent.k=5, latent.k is 5, below latent.size",
  })
  void meaninglessCombinationsAreRefusedWithAReason(String settings, String what, String reason) {
    String message = assertThrows(ConfigException.class, () -> config(settings)).getMessage();
    assertTrue(message.contains(what), message);
    assertTrue(message.contains(reason.replace("pays for nothing", "for nothing")), message);
    assertEquals(1, message.lines().count());
  }

  static List<String> meaningful() {
    List<String> all = new ArrayList<>();
    for (ScheduleConfig.Kind schedule : ScheduleConfig.Kind.values()) {
      for (LatentConfig.Kind latent : LatentConfig.Kind.values()) {
        all.add(
            "schedule.kind="
                + RecordTree.name(schedule)
                + " latent.kind="
                + RecordTree.name(latent));
      }
    }
    all.add("schedule.kind=fixed latent.kind=none network.conditioned=false");
    all.add("schedule.kind=polynomial network.conditioned=false");
    all.add("latent.size=600 latent.k=3 latent.law=published");
    return all;
  }

  /** Every schedule goes with every latent, and with none. */
  @ParameterizedTest
  @MethodSource("meaningful")
  void otherCombinationsAreAccepted(String settings) {
    RunConfig config = config(settings);
    assertEquals(List.of(), RunConfig.differences(config, config));
  }

  /** The published settings of VDM: everything but the noise is as in the preset next to it. */
  @ParameterizedTest
  @CsvSource({"digits", "kinds", "photos", "cifar10", "imagenet32"})
  void theBaselinesAreVdms(String preset) {
    RunConfig vdm = ConfigReader.read(Optional.of(preset + "-vdm"), Optional.empty(), List.of());
    assertEquals(ScheduleConfig.Kind.SCALAR, vdm.schedule().kind());
    assertEquals(LatentConfig.Kind.NONE, vdm.latent().kind());
    assertEquals(LossConfig.Prediction.EPSILON, vdm.loss().prediction());
    assertEquals(0, vdm.loss().timesteps());
    RunConfig mulan = ConfigReader.read(Optional.of(preset), Optional.empty(), List.of());
    assertEquals(mulan.network(), vdm.network());
    assertEquals(mulan.data(), vdm.data());
  }

  /** The published settings of VDM where no MuLAN is published. */
  @Test
  void theLargerVdmsAreAsPublished() {
    RunConfig small = ConfigReader.preset("imagenet32-vdm");
    assertEquals(
        ConfigReader.override(small, List.of("data.kind=imagenet64", "network.layers=64")),
        ConfigReader.preset("imagenet64"));
    RunConfig augmented = ConfigReader.preset("cifar10-aug");
    assertEquals(DataConfig.Augment.ROTATIONS, augmented.data().augment());
    assertEquals(ScheduleConfig.Kind.MONOTONE_SCALAR, augmented.schedule().kind());
    assertEquals(LatentConfig.Kind.NONE, augmented.latent().kind());
    assertEquals(LossConfig.Prediction.EPSILON, augmented.loss().prediction());
    assertEquals(256, augmented.network().channels());
    assertEquals(32, augmented.network().layers());
    assertEquals(0.05, augmented.network().dropout());
    assertEquals(true, augmented.network().attention());
    assertEquals(1024, augmented.training().batch());
    assertEquals(2e-4, augmented.training().learningRate());
  }

  /** The same model and data, in the published form and in the one that trains faster. */
  @ParameterizedTest
  @CsvSource({
    "digits-published, digits",
    "kinds-published, kinds",
    "photos-published, photos",
    "cifar10, cifar10-fast",
    "imagenet32, imagenet32-fast"
  })
  void theFormsOfAModelDifferInStartRatesAndStepsAlone(String published, String fast) {
    RunConfig slow = ConfigReader.read(Optional.of(published), Optional.empty(), List.of());
    RunConfig quick = ConfigReader.read(Optional.of(fast), Optional.empty(), List.of());
    assertEquals(NetworkConfig.Preconditioning.NONE, slow.network().preconditioning());
    assertEquals(ScheduleConfig.Start.RANDOM, slow.schedule().start());
    assertEquals(ScheduleConfig.Ends.FIXED, slow.schedule().ends());
    assertEquals(1, slow.training().scheduleRate());
    assertEquals(1, slow.training().encoderRate());
    assertEquals(1, slow.latent().encoderGain());
    assertEquals(NetworkConfig.Preconditioning.LINEAR, quick.network().preconditioning());
    Set<String> may =
        Set.of(
            "schedule.start",
            "schedule.ends",
            "network.conditioning_start",
            "network.preconditioning",
            "latent.encoder_gain",
            "training.clip_by_part",
            "training.encoder_rate",
            "training.schedule_rate",
            "training.schedule_rate_by_width",
            "training.balance",
            "training.free_bits",
            "training.steps",
            "training.optimizer",
            "training.learning_rate",
            "training.warmup_steps",
            "training.ema");
    RunConfig.differences(slow, quick)
        .forEach(d -> assertTrue(may.contains(d.key()), d.key() + " differs"));
  }
}
