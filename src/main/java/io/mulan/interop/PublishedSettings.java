package io.mulan.interop;

import com.fasterxml.jackson.databind.JsonNode;
import io.mulan.files.ConfigException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A configuration of the published code (MuLAN's {@code ldm}, or {@code vdm}), and the settings
 * here that mean the same.
 *
 * @param tree its groups: {@code model}, {@code training}, {@code optimizer}, {@code data}, and
 *     MuLAN's {@code vdm_type}
 * @param source for messages
 */
public record PublishedSettings(JsonNode tree, String source) {
  /** Fixed in the published code, as are the exponents of the Fourier features. */
  private static final int GROUPS = 32;

  private static final List<Double> FOURIER_EXPONENTS = List.of(6.0, 7.0);

  /** Fixed here. */
  private static final double EPSILON = 1e-8;

  /** Whether this is a published configuration, and not one of ours. */
  static boolean matches(JsonNode tree) {
    return tree.path("model").has("sm_n_embd");
  }

  /**
   * All settings, by group.
   *
   * @throws ConfigException if one is missing, or means something that does not exist here
   */
  Map<String, Map<String, Object>> settings() {
    require("model.sigma_prior", 1.0);
    require("model.sample_softmax", false);
    require("optimizer.name", "adamw");
    require("optimizer.args.eps", EPSILON);
    if (!vdm()) {
      if (!text("model.reparam_type", "noise").equals("true")) {
        throw unknown("model.reparam_type", text("model.reparam_type", "noise"), "true");
      }
    } else if (text("model.reparam_type", "noise").equals("input")) {
      throw unknown("model.reparam_type", "input", "noise");
    }
    Map<String, Map<String, Object>> settings = new LinkedHashMap<>();
    settings.put("data", data());
    settings.put("schedule", schedule(vdm()));
    settings.put("latent", latent(vdm()));
    settings.put("network", network());
    settings.put("loss", loss());
    settings.put("training", training());
    return settings;
  }

  private boolean vdm() {
    return text("vdm_type", "vdm").equals("vdm");
  }

  private Map<String, Object> data() {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("kind", kind(text("data.dataset")));
    data.put("levels", whole("model.vocab_size"));
    return data;
  }

  /** An augmented set is the set: what augments it is not carried. */
  private String kind(String dataset) {
    return switch (dataset) {
      case "cifar10", "cifar10_aug", "cifar10_aug_with_channel" -> "cifar10";
      default -> dataset; // refused by name where there is none such
    };
  }

  /**
   * The schedule.
   *
   * @param scalar whether it is VDM's, whose names are the same
   */
  public Map<String, Object> schedule(boolean scalar) {
    String type = text("model.gamma_type");
    Map<String, Object> schedule = new LinkedHashMap<>();
    schedule.put(
        "kind",
        switch (type) {
          case "poly_fixedend" -> "polynomial";
          case "learnable_nnet" -> scalar ? "monotone_scalar" : "monotone";
          case "linear" -> "linear";
          case "fixed" -> "fixed";
          case "learnable_scalar" -> "scalar";
          default ->
              throw unknown(
                  "model.gamma_type",
                  type,
                  "poly_fixedend, learnable_nnet, linear, fixed, learnable_scalar");
        });
    schedule.put("gamma_min", number("model.gamma_min"));
    schedule.put("gamma_max", number("model.gamma_max"));
    schedule.put("width", 0);
    return schedule;
  }

  /**
   * The latent, under the published law.
   *
   * @param none whether the model has none
   */
  public Map<String, Object> latent(boolean none) {
    Map<String, Object> latent = new LinkedHashMap<>();
    if (none) {
      latent.put("kind", "none");
      return latent;
    }
    String type = text("model.latent_type", "gumbel");
    latent.put(
        "kind",
        switch (type) {
          case "topk" -> "top_k";
          case "gumbel", "gaussian" -> type;
          default -> throw unknown("model.latent_type", type, "topk, gumbel, gaussian");
        });
    int size = tree.path("model").path("latent_size").asInt(10);
    int k = tree.path("model").path("latent_k").asInt(15);
    latent.put("size", size);
    latent.put("k", type.equals("topk") ? k : Math.max(1, Math.min(k, size - 1)));
    latent.put("noise", noise());
    latent.put("law", "published");
    latent.put("gradient", "identity");
    latent.put("encoder", text("model.encoder", "cnn"));
    latent.put("encoder_layers", tree.path("model").path("forward_n_layer").asInt(4));
    return latent;
  }

  /** The velocity model adds gamma noise whatever its configuration says. */
  private String noise() {
    return text("vdm_type", "").equals("mulan_velocity")
        ? "gamma"
        : text("model.topk_noise_type", "gamma");
  }

  /** The score network. */
  public Map<String, Object> network() {
    Map<String, Object> network = new LinkedHashMap<>();
    network.put("kind", text("model.unet_type", "vdm").equals("ldm") ? "per_pixel" : "vdm");
    network.put("channels", whole("model.sm_n_embd"));
    network.put("layers", whole("model.sm_n_layer"));
    network.put("dropout", number("model.sm_pdrop"));
    network.put("attention", truth("model.with_attention"));
    network.put("fourier", truth("model.with_fourier_features") ? FOURIER_EXPONENTS : List.of());
    network.put("conditioned", tree.path("model").path("z_conditioning").asBoolean(vdm()));
    network.put("groups", GROUPS);
    return network;
  }

  /** The loss. */
  public Map<String, Object> loss() {
    String type = text("vdm_type", "vdm");
    Map<String, Object> loss = new LinkedHashMap<>();
    boolean converted = tree.path("model").path("velocity_from_epsilon").asBoolean(false);
    loss.put(
        "prediction",
        switch (type) {
          case "mulan_velocity" -> converted ? "v_from_epsilon" : "v";
          case "mulan_epsilon", "vdm" -> "epsilon";
          default -> throw unknown("vdm_type", type, "mulan_velocity, mulan_epsilon, vdm");
        });
    loss.put("timesteps", whole("model.sm_n_timesteps"));
    loss.put("times", truth("model.antithetic_time_sampling") ? "antithetic" : "uniform");
    return loss;
  }

  private Map<String, Object> training() {
    Map<String, Object> training = new LinkedHashMap<>();
    training.put("steps", whole("training.num_steps_train"));
    training.put("batch", whole("training.batch_size_train"));
    training.put("optimizer", "adamw");
    training.put("learning_rate", number("optimizer.learning_rate"));
    training.put("warmup_steps", whole("training.num_steps_lr_warmup"));
    training.put("learning_rate_decay", truth("optimizer.lr_decay") ? "linear" : "none");
    // Optax's default.
    training.put("weight_decay", number("optimizer.args.weight_decay", 1e-4));
    training.put("beta1", number("optimizer.args.b1", 0.9));
    training.put("beta2", number("optimizer.args.b2", 0.999));
    training.put("clip_norm", number("optimizer.gradient_clip_norm", 0));
    training.put("encoder_rate", 1.0);
    training.put("schedule_rate", 1.0);
    training.put("kl_warmup_steps", 0);
    training.put("free_bits", 0.0);
    training.put("ema", number("optimizer.ema_rate"));
    training.put("seed", whole("training.seed"));
    training.put("evaluate_every", whole("training.steps_per_eval"));
    training.put("save_every", whole("training.steps_per_save"));
    training.put("log_every", whole("training.steps_per_logging"));
    return training;
  }

  private JsonNode at(String key) {
    JsonNode node = tree.at("/" + key.replace('.', '/'));
    if (node.isMissingNode() || node.isNull()) {
      throw new ConfigException(
          source
              + " has no "
              + key
              + "; name the configuration that the published code was run with");
    }
    return node;
  }

  private boolean has(String key) {
    return !tree.at("/" + key.replace('.', '/')).isMissingNode();
  }

  private String text(String key) {
    return at(key).asText();
  }

  private String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  private int whole(String key) {
    JsonNode node = at(key);
    if (!node.isNumber() || !node.canConvertToExactIntegral() || !node.canConvertToInt()) {
      throw unknown(key, node.asText(), "a whole number");
    }
    return node.intValue();
  }

  private double number(String key) {
    JsonNode node = at(key);
    // YAML takes 1e-08 for a text.
    if (!node.isNumber() && !node.asText().matches("[-+]?[0-9.]+([eE][-+]?[0-9]+)?")) {
      throw unknown(key, node.asText(), "a number");
    }
    return Double.parseDouble(node.asText());
  }

  private double number(String key, double otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  private boolean truth(String key) {
    JsonNode node = at(key);
    if (!node.isBoolean()) {
      throw unknown(key, node.asText(), "true or false");
    }
    return node.booleanValue();
  }

  private void require(String key, Object only) {
    if (has(key)) {
      boolean same =
          only instanceof Double d ? number(key) == d : text(key).equals(only.toString());
      if (!same) {
        throw unknown(key, text(key), only.toString());
      }
    }
  }

  private ConfigException unknown(String key, String found, String allowed) {
    return new ConfigException(
        key + " is " + found + "; allowed: " + allowed + " (in " + source + ")");
  }
}
