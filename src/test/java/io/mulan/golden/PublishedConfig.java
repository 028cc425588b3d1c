package io.mulan.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mulan.config.DataConfig;
import io.mulan.config.LatentConfig;
import io.mulan.config.LossConfig;
import io.mulan.config.NetworkConfig;
import io.mulan.config.RunConfig;
import io.mulan.config.ScheduleConfig;
import io.mulan.config.TrainingConfig;
import java.util.List;
import java.util.Set;

/** The published code's configuration of a case, and ours that means the same. */
public record PublishedConfig(JsonNode json) {
  /** Fixed in the published code, as are the exponents of the Fourier features. */
  private static final int GROUPS = 32;

  private static final List<Double> FOURIER_EXPONENTS = List.of(6.0, 7.0);

  /** Whether the configuration has this text, number or truth value under this key. */
  public boolean is(String key, Object value) {
    return json.path(key).asText().equals(value.toString());
  }

  /**
   * Whether our networks can have this configuration. As many channels as groups make groups of one
   * channel, which normalise the conditioning away: our configuration refuses them.
   */
  public boolean hasNetwork() {
    return json.path("sm_n_embd").asInt() > GROUPS && is("unet_type", "vdm");
  }

  /** Whether the schedule is the adaptive polynomial. */
  public boolean hasSchedule() {
    return is("gamma_type", "poly_fixedend");
  }

  /** Whether the latent is drawn by top-k with sum-of-gamma noise. */
  public boolean hasLatent() {
    return is("latent_type", "topk")
        && is("topk_noise_type", "gamma")
        && is("reparam_type", "true");
  }

  /** Whether the loss is the continuous-time bound of a MuLAN. */
  public boolean hasLoss() {
    return hasNetwork()
        && hasSchedule()
        && hasLatent()
        && Set.of("unet", "cnn").contains(json.path("encoder").asText())
        && Set.of("mulan_velocity", "mulan_epsilon").contains(json.path("vdm_type").asText())
        && is("sm_n_timesteps", 0)
        && is("z_conditioning", true);
  }

  double gammaMin() {
    return json.get("gamma_min").asDouble();
  }

  double gammaMax() {
    return json.get("gamma_max").asDouble();
  }

  /** What the formula multiplies the score network's last kernel by. */
  double scoreOutScale() {
    return json.path("score_out_scale").asDouble(1);
  }

  public int levels() {
    return json.get("vocab_size").asInt();
  }

  public boolean antitheticTimes() {
    return json.get("antithetic_time_sampling").asBoolean();
  }

  /** The rate of dropout, which is on in training only. */
  public double dropout() {
    return json.path("train").asBoolean() ? json.get("sm_pdrop").asDouble() : 0;
  }

  public ScheduleConfig schedule() {
    return new ScheduleConfig(ScheduleConfig.Kind.POLYNOMIAL, gammaMin(), gammaMax(), 0);
  }

  public LatentConfig latent() {
    return new LatentConfig(
        LatentConfig.Kind.TOP_K,
        json.get("latent_size").asInt(),
        json.get("latent_k").asInt(),
        LatentConfig.Noise.GAMMA,
        LatentConfig.Law.PUBLISHED,
        is("encoder", "cnn") ? LatentConfig.Encoder.CNN : LatentConfig.Encoder.UNET,
        json.get("forward_n_layer").asInt());
  }

  public NetworkConfig network() {
    return new NetworkConfig(
        json.get("sm_n_embd").asInt(),
        json.get("sm_n_layer").asInt(),
        json.get("sm_pdrop").asDouble(),
        json.get("with_attention").asBoolean(),
        json.get("with_fourier_features").asBoolean() ? FOURIER_EXPONENTS : List.of(),
        json.get("z_conditioning").asBoolean(),
        GROUPS);
  }

  /**
   * The whole, with a velocity that is computed from a predicted ε taken for what it is: a
   * prediction of ε.
   */
  public RunConfig run() {
    boolean epsilon = is("vdm_type", "mulan_epsilon") || is("velocity_from_epsilon", true);
    LossConfig loss =
        new LossConfig(
            epsilon ? LossConfig.Prediction.EPSILON : LossConfig.Prediction.V,
            antitheticTimes() ? LossConfig.Times.ANTITHETIC : LossConfig.Times.UNIFORM);
    return new RunConfig(
        new DataConfig(DataConfig.Kind.CIFAR10, "unused", levels()),
        schedule(),
        latent(),
        network(),
        loss,
        training());
  }

  /** Nothing of it matters here. */
  private static TrainingConfig training() {
    return new TrainingConfig(
        1000,
        2,
        2e-4,
        100,
        false,
        0.01,
        0.9,
        0.99,
        0,
        0.9999,
        0,
        TrainingConfig.Xla.OFF,
        100,
        1,
        100,
        1,
        10);
  }
}
