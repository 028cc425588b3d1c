package io.mulan.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mulan.config.ConfigReader;
import io.mulan.config.DataConfig;
import io.mulan.config.LatentConfig;
import io.mulan.config.LossConfig;
import io.mulan.config.NetworkConfig;
import io.mulan.config.RunConfig;
import io.mulan.config.ScheduleConfig;
import java.util.List;
import java.util.Optional;

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
    return json.path("sm_n_embd").asInt() > GROUPS;
  }

  /** Whether it is a VDM, of either package: no latent, and one γ for all pixels. */
  public boolean isVdm() {
    return is("vdm_type", "vdm");
  }

  /**
   * Whether the loss is no bound: the published VDM of discrete time that predicts the image weighs
   * the error in the noise with the weight of an error in the image.
   */
  public boolean mixesWeights() {
    return isVdm() && is("reparam_type", "input") && !is("sm_n_timesteps", 0);
  }

  /** Whether the latent is a label that is given. */
  public boolean givenLabel() {
    return !isVdm() && !is("reparam_type", "true");
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

  /**
   * The schedule.
   *
   * @param scalar whether it is VDM's, whose names are the same
   */
  public ScheduleConfig schedule(boolean scalar) {
    ScheduleConfig.Kind kind =
        switch (json.get("gamma_type").asText()) {
          case "poly_fixedend" -> ScheduleConfig.Kind.POLYNOMIAL;
          case "learnable_nnet" ->
              scalar ? ScheduleConfig.Kind.MONOTONE_SCALAR : ScheduleConfig.Kind.MONOTONE;
          case "linear" -> ScheduleConfig.Kind.LINEAR;
          case "fixed" -> ScheduleConfig.Kind.FIXED;
          case "learnable_scalar" -> ScheduleConfig.Kind.SCALAR;
          default -> throw new AssertionError("an unknown schedule in " + json);
        };
    return new ScheduleConfig(kind, gammaMin(), gammaMax(), 0);
  }

  /** The latent, under the published law. */
  public LatentConfig latent() {
    return new LatentConfig(
        isVdm() || givenLabel()
            ? LatentConfig.Kind.NONE
            : switch (json.get("latent_type").asText()) {
              case "topk" -> LatentConfig.Kind.TOP_K;
              case "gumbel" -> LatentConfig.Kind.GUMBEL;
              case "gaussian" -> LatentConfig.Kind.GAUSSIAN;
              default -> throw new AssertionError("an unknown latent in " + json);
            },
        json.get("latent_size").asInt(),
        json.get("latent_k").asInt(),
        is("topk_noise_type", "gumbel") ? LatentConfig.Noise.GUMBEL : LatentConfig.Noise.GAMMA,
        LatentConfig.Law.PUBLISHED,
        LatentConfig.Gradient.IDENTITY,
        is("encoder", "cnn") ? LatentConfig.Encoder.CNN : LatentConfig.Encoder.UNET,
        json.get("forward_n_layer").asInt());
  }

  /** The kind of draws that the published code makes a latent of. */
  public String latentNoise() {
    return switch (json.get("latent_type").asText()) {
      case "gumbel" -> "gumbel";
      case "gaussian" -> "normal";
      default -> is("topk_noise_type", "gumbel") ? "gumbel" : "gamma";
    };
  }

  /** Updates made so far. */
  public double step() {
    return json.get("step").asDouble();
  }

  public NetworkConfig network() {
    return new NetworkConfig(
        is("unet_type", "ldm") ? NetworkConfig.Kind.PER_PIXEL : NetworkConfig.Kind.VDM,
        json.get("sm_n_embd").asInt(),
        json.get("sm_n_layer").asInt(),
        json.get("sm_pdrop").asDouble(),
        json.get("with_attention").asBoolean(),
        json.get("with_fourier_features").asBoolean() ? FOURIER_EXPONENTS : List.of(),
        json.get("z_conditioning").asBoolean(),
        GROUPS);
  }

  /** The whole. */
  public RunConfig run() {
    LossConfig.Prediction prediction =
        is("velocity_from_epsilon", true)
            ? LossConfig.Prediction.V_FROM_EPSILON
            : is("vdm_type", "mulan_velocity")
                ? LossConfig.Prediction.V
                : LossConfig.Prediction.EPSILON;
    LossConfig loss =
        new LossConfig(
            prediction,
            json.get("sm_n_timesteps").asInt(),
            antitheticTimes() ? LossConfig.Times.ANTITHETIC : LossConfig.Times.UNIFORM);
    return new RunConfig(
        new DataConfig(DataConfig.Kind.CIFAR10, "unused", levels()),
        schedule(isVdm()),
        latent(),
        network(),
        loss,
        ConfigReader.read(Optional.empty(), Optional.empty(), List.of()).training());
  }
}
