package io.mulan.training;

import io.mulan.tf.Histogram;
import io.mulan.tf.Variables.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tensorflow.types.TFloat32;

/**
 * How times, gradients and weights are spread before a step. Those of the weights of one block of
 * layers, {@code score_model/down.block_0}, come together: networks have hundreds.
 *
 * @param times t of the step
 * @param gradients of bits/dim, before they are clipped
 * @param weights averaged
 */
public record StepHistograms(
    Histogram times, SortedMap<String, Histogram> gradients, SortedMap<String, Histogram> weights) {

  /** Histograms by block of one tensor for each weight. */
  static SortedMap<String, Histogram> byBlock(
      List<Variable<TFloat32>> weights, List<TFloat32> tensors) {
    SortedMap<String, List<TFloat32>> blocks = new TreeMap<>();
    for (int i = 0; i < tensors.size(); i++) {
      String block = block(weights.get(i).name());
      blocks.computeIfAbsent(block, b -> new ArrayList<>()).add(tensors.get(i));
    }
    SortedMap<String, Histogram> histograms = new TreeMap<>();
    blocks.forEach((block, of) -> histograms.put(block, Histogram.of(of)));
    return histograms;
  }

  /** The part of the model, and what is next to it in the name. */
  private static String block(String weight) {
    int part = weight.indexOf('/');
    int end = weight.indexOf('/', part + 1);
    return end < 0 ? weight : weight.substring(0, end);
  }
}
