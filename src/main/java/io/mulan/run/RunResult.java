package io.mulan.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mulan.likelihood.BoundEstimate;
import java.util.Map;

/**
 * The result of a finished run, as {@code result.json} holds it.
 *
 * @param bound on the test images, with the averaged weights, after the last step
 * @param method how the bound was computed, in words
 * @param independentPixels bits/dim of the test images under each pixel's own histogram on the
 *     training images
 * @param pixelEntropy bits/dim of the training images under the same histograms: their entropy
 * @param parameters number of weights by part, and in all
 * @param seconds spent in this program
 * @param bestStep the step of the evaluation with the lowest bits/dim whose checkpoint is kept
 * @param versions of this program, TensorFlow and Java
 */
public record RunResult(
    long steps,
    BoundEstimate bound,
    String method,
    @JsonProperty("independent_pixels") double independentPixels,
    @JsonProperty("pixel_entropy") double pixelEntropy,
    Map<String, Long> parameters,
    double seconds,
    @JsonProperty("best_step") long bestStep,
    Map<String, String> versions) {}
