package io.mulan.export;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.tf.GraphFile;
import io.mulan.tf.Maths;
import io.mulan.tf.RewrittenGraph;
import io.mulan.tf.Variables;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A model as files for others; the same configuration always gives the same.
 *
 * @param graph a binary GraphDef of {@link ModelGraph}, for batches of any size
 * @param summary the same in words and numbers
 */
public record GraphExport(byte[] graph, String summary) {

  /**
   * Builds both.
   *
   * @param name of the model, for the summary's first line
   */
  public static GraphExport of(String name, RunConfig config, ImageShape image) {
    try (Graph draft = new Graph()) {
      Maths<TFloat32> m = new Maths<>(Ops.create(draft), TFloat32.class);
      ModelGraph built =
          ModelGraph.build(m, new DiffusionModel(config, image), new Variables(draft), -1);
      try (Graph graph = RewrittenGraph.of(draft)) {
        ImageCost cost = ImageCost.of(config, image);
        GraphSummary summary = new GraphSummary(name, config, image, graph, built, cost);
        return new GraphExport(GraphFile.of(graph), summary.text());
      }
    }
  }
}
