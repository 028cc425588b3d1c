package io.mulan.export;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.DiffusionModel.TrainingBound;
import io.mulan.diffusion.Noise;
import io.mulan.nn.Dropout;
import io.mulan.nn.Weights;
import io.mulan.tf.Gradients;
import io.mulan.tf.GraphCost;
import io.mulan.tf.GraphScope;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * What one image costs, counted from graphs for a batch of one without running them.
 *
 * @param evaluation of the bound, once
 * @param stepFlops floating-point operations of a training step in convolutions and matrix
 *     products: forwards and backwards; the update of the weights has none with AdamW, and with
 *     Muon some that do not depend on the number of images
 */
public record ImageCost(GraphCost evaluation, long stepFlops) {

  /** Counts both. */
  public static ImageCost of(RunConfig config, ImageShape image) {
    DiffusionModel model = new DiffusionModel(config, image);
    return new ImageCost(evaluation(model), step(model).flops());
  }

  /** The bound, once. */
  public static GraphCost evaluation(DiffusionModel model) {
    try (Graph graph = new Graph()) {
      ModelGraph built = ModelGraph.build(maths(graph), model, new Variables(graph), 1);
      return cost(graph, built.outputs().stream().<Op>map(p -> p.operand()).toList());
    }
  }

  private static GraphCost step(DiffusionModel model) {
    try (Graph graph = new Graph()) {
      Maths<TFloat32> m = maths(graph);
      Ops tf = m.ops();
      Variables variables = new Variables(graph);
      ImageShape image = model.image();
      DiffusionModel conditioned = model.givenInput(tf, 1);
      Operand<TUint8> images = Inputs.of(tf, "images", TUint8.class, image.batch(1));
      Operand<TInt32> batch = tf.constant(1);
      StatelessRandom<TFloat32> random = new StatelessRandom<>(m, tf.constant(0L), tf.constant(0L));
      Noise<TFloat32> noise = model.trainingNoise(random, batch, m.vector(0), m.constant(0));
      TrainingBound<TFloat32> bound =
          conditioned.trainingBound(m, Weights.zeros(m, variables), Dropout.none(), images, noise);
      Operand<TFloat32> loss = bound.surrogate();
      for (Operand<TFloat32> term : bound.terms().all()) {
        loss = m.add(loss, m.mean(term, 0));
      }
      return cost(graph, List.copyOf(Gradients.of(m, loss, m.constant(1), values(variables))));
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Operand<TFloat32>> values(Variables variables) {
    List<Operand<TFloat32>> values = new ArrayList<>();
    for (Variable<?> v : variables.all()) {
      values.add((Operand<TFloat32>) v.value());
    }
    return values;
  }

  public static Maths<TFloat32> maths(Graph graph) {
    return new Maths<>(GraphScope.ops(graph), TFloat32.class);
  }

  /** Of all these results. */
  public static GraphCost cost(Graph graph, List<? extends Op> results) {
    Ops tf = GraphScope.ops(graph);
    return GraphCost.of(graph, tf.withControlDependencies(List.copyOf(results)).noOp().op());
  }
}
