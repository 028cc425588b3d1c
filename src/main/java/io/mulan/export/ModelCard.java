package io.mulan.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.mulan.config.DataConfig;
import io.mulan.config.ImageShape;
import io.mulan.data.Conditions;
import java.util.Map;

/**
 * What an exported model is and where it comes from, as {@code assets/model.json} holds it.
 *
 * @param data of training
 * @param step of the checkpoint
 * @param weights a checksum of the checkpoint's index
 * @param likelihood measured on test images; null if it was not
 * @param parameters number of weights by part, and in all
 * @param licence of model and data
 * @param versions of this program, TensorFlow and Java
 * @param files SHA-256 of each file of the model
 */
public record ModelCard(
    String name,
    long version,
    Data data,
    long step,
    String weights,
    @JsonInclude(JsonInclude.Include.NON_NULL) Likelihood likelihood,
    Map<String, Long> parameters,
    Licence licence,
    Map<String, String> versions,
    Map<String, String> files) {

  /**
   * Images, and what the model is conditioned on.
   *
   * @param classes how many there are; 0 if the model is not conditioned on them
   * @param augmented whether the model is conditioned on whether an image was augmented
   */
  public record Data(
      String kind,
      int levels,
      int height,
      int width,
      int channels,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) int classes,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean augmented) {

    /** Those of a data set. */
    public static Data of(DataConfig config, ImageShape image) {
      Conditions given = Conditions.of(config);
      return new Data(
          config.key(),
          config.levels(),
          image.height(),
          image.width(),
          image.channels(),
          given.classes(),
          given.augmented());
    }
  }

  /**
   * A figure and how it was computed.
   *
   * @param standardError over images; null if it is not known
   */
  public record Likelihood(
      @JsonProperty("bits_per_dim") double bitsPerDim,
      @JsonProperty("standard_error") Double standardError,
      String method) {}

  /** In words. */
  public record Licence(String model, String data) {}

  ModelCard with(Map<String, String> checksums) {
    return new ModelCard(
        name, version, data, step, weights, likelihood, parameters, licence, versions, checksums);
  }
}
