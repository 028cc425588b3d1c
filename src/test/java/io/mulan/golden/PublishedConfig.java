package io.mulan.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mulan.config.ConfigReader;
import io.mulan.config.LatentConfig;
import io.mulan.config.NetworkConfig;
import io.mulan.config.RunConfig;
import io.mulan.config.ScheduleConfig;
import io.mulan.interop.PublishedSettings;
import java.util.List;
import java.util.Map;

/** The published code's configuration of a case, and ours that means the same. */
public record PublishedConfig(JsonNode json) {
  /** Of every normalisation. */
  private static final int GROUPS = 32;

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
   * Whether the loss is not a bound: the published VDM of discrete time that predicts the image
   * weighs the error in the noise with the weight of an error in the image.
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
    return with(Map.of("schedule", published().schedule(scalar))).schedule();
  }

  /** The latent, under the published law. */
  public LatentConfig latent() {
    return with(Map.of("latent", latentSettings())).latent();
  }

  private Map<String, Object> latentSettings() {
    Map<String, Object> settings = published().latent(isVdm() || givenLabel());
    // Cases of latents alone have no network before them.
    settings.replace("encoder", "identity", "unet");
    return settings;
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
    return with(Map.of("network", published().network())).network();
  }

  /** The whole. */
  public RunConfig run() {
    return with(
        Map.of(
            "data", Map.of("levels", levels()),
            "schedule", published().schedule(isVdm()),
            "latent", latentSettings(),
            "network", published().network(),
            "loss", published().loss()));
  }

  /** The case's configuration as a file has it: a group for the model, and which it is. */
  private PublishedSettings published() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.set("model", json);
    tree.set("vdm_type", json.path("vdm_type"));
    return new PublishedSettings(tree, "a golden case");
  }

  /** Settings over those of the published model. */
  private static RunConfig with(Map<String, Map<String, Object>> settings) {
    return ConfigReader.read("cifar10", settings, "a golden case", List.of());
  }
}
