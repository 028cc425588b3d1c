package io.mulan.export;

import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.nn.Weights;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Signature;
import org.tensorflow.types.TFloat32;

/** Everything that an exported model can be asked. */
public record Signatures(List<ModelSignature> all) {

  /**
   * Adds them to a graph.
   *
   * @param scoreTimes times for each image that {@code score} takes the mean over
   */
  public static Signatures build(
      Maths<TFloat32> m,
      DiffusionModel model,
      Weights<TFloat32> weights,
      RunConfig config,
      int scoreTimes) {
    Served served = new Served(m, model, weights, config);
    return new Signatures(
        List.of(
            BitsPerDim.build(served),
            BitsPerDim.score(served, scoreTimes),
            Sample.build(served),
            Sample.fast(served),
            LogLikelihood.build(served),
            LatentOfImages.build(served),
            Schedule.build(served),
            Schedule.ofImages(served),
            Denoise.build(served),
            Loss.build(served),
            Loss.noise(served)));
  }

  /** As TensorFlow has them; the first is also what a server does unless asked for another. */
  public List<Signature> definitions() {
    List<Signature> definitions = new ArrayList<>();
    definitions.add(all.get(0).as(Signature.DEFAULT_KEY));
    all.forEach(s -> definitions.add(s.as(s.name())));
    return definitions;
  }
}
