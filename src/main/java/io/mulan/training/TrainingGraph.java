package io.mulan.training;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.config.TrainingConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.likelihood.BoundGraph;
import io.mulan.tf.Maths;
import io.mulan.tf.SaveRestore;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import io.mulan.tf.XlaCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The graph of a run: the training step as one target, the bound with the averaged weights,
 * initialisation, saving.
 *
 * <p>The step is loss, gradients, AdamW, moving average and step counter. Compiled, it is one XLA
 * program cut out of this same graph; the plain nodes stay and are the uncompiled form of the same
 * computation.
 */
final class TrainingGraph {
  /** Name of the uncompiled step, which is there in any case. */
  static final String PLAIN_STEP = "train_step";

  /** Name of the uncompiled terms of the bound. */
  static final String PLAIN_TERMS = "terms";

  private final RunConfig config;
  private final DiffusionModel model;
  private final Graph graph;
  private final Maths<TFloat32> m;
  private final Maths<TFloat32> initial;
  private final Variables variables;
  private final TrainedWeights<TFloat32> weights;
  private final List<AdamW.Slot<TFloat32>> slots = new ArrayList<>();
  private final Variable<TInt64> steps;

  private final Placeholder<TUint8> images;
  private Operand<TFloat32> terms;
  private Operand<TFloat32> norms;
  private Operand<TFloat32> slowest;
  private BatchGradient<TFloat32> plain;
  private Op step;
  private final BoundGraph evaluation;
  private final Op initialize;
  private final SaveRestore saveRestore;

  /**
   * @param compiled whether the step is compiled by XLA
   */
  TrainingGraph(Graph graph, RunConfig config, DiffusionModel model, boolean compiled) {
    this.graph = graph;
    this.config = config;
    TrainingConfig c = config.training();
    Ops tf = Ops.create(graph);
    Maths<TFloat32> exact = new Maths<>(tf, TFloat32.class);
    m = exact.productsIn(ProductType.of(c.precision()));
    variables = new Variables(graph);
    steps = variables.create(RunState.STEP, TInt64.class, Shape.scalar(), tf.constant(0L));
    initial = exact.in("initial");
    weights = new TrainedWeights<>(initial, variables, c.seed());
    images =
        tf.withName("images")
            .placeholder(TUint8.class, Placeholder.shape(batchShape(model.image(), c.batch())));
    this.model = model.givenInput(tf, c.batch());
    List<Op> updates = build();
    step = tf.withControlDependencies(updates).withName(PLAIN_STEP).noOp();
    if (compiled) {
      compile(updates);
    }
    evaluation = BoundGraph.build(exact.in("evaluation").unnamed(), model, AdamW.averaged(slots));
    initialize = variables.initializer("initialize");
    saveRestore = new SaveRestore(graph, variables.all());
  }

  private static Shape batchShape(ImageShape image, long batch) {
    return Shape.of(batch, image.height(), image.width(), image.channels());
  }

  /** Loss, gradients and updates. */
  private List<Op> build() {
    BatchGradient<TFloat32> batch =
        BatchGradient.of(m, config, model, weights, images, steps.value());
    terms = m.ops().withName(PLAIN_TERMS).identity(batch.terms());
    slowest = batch.slowest();
    plain = batch;

    weights.all().forEach(w -> slots.add(AdamW.Slot.create(initial, variables, w)));
    AdamW<TFloat32> optimizer = new AdamW<>(m.in("optimizer"), config.training());
    norms = optimizer.norms(batch.gradients());
    return optimizer.step(steps, slots, batch.gradients(), norms);
  }

  /** Cuts the step out as one compiled call: variables are read and updated inside. */
  private void compile(List<Op> updates) {
    List<Operand<?>> inputs = new ArrayList<>();
    inputs.add(images);
    conditions().ifPresent(inputs::add);
    variables.all().forEach(v -> inputs.add(v.handle()));
    XlaCall call =
        XlaCall.add(graph, "compiled_step", inputs, List.of(terms, norms, slowest), updates);
    terms = call.output(0);
    norms = call.output(1);
    slowest = call.output(2);
    step = m.ops().withControlDependencies(terms).withName("compiled_train_step").noOp();
  }

  Placeholder<TUint8> images() {
    return images;
  }

  /** What the model is told of the images [B,k]; empty if nothing. */
  Optional<Operand<TFloat32>> conditions() {
    return model.conditions();
  }

  /** The terms of the bound of the last batch, means over its images in nats [4]. */
  Operand<TFloat32> terms() {
    return terms;
  }

  /** The L2 norm of the gradient of each weight, in the order of {@link #weights()}. */
  Operand<TFloat32> norms() {
    return norms;
  }

  /** The least rate of the schedule in the last batch (scalar). */
  Operand<TFloat32> slowest() {
    return slowest;
  }

  /** The times of the next batch, and the gradient of each weight before it is clipped; plain. */
  BatchGradient<TFloat32> gradient() {
    return plain;
  }

  Op step() {
    return step;
  }

  BoundGraph evaluation() {
    return evaluation;
  }

  Op initialize() {
    return initialize;
  }

  SaveRestore saveRestore() {
    return saveRestore;
  }

  /** The model's weights, sorted by name. */
  List<Variable<TFloat32>> weights() {
    return List.copyOf(weights.all());
  }

  /** Their moving averages, in the same order. */
  List<Variable<TFloat32>> averages() {
    return slots.stream().map(AdamW.Slot::average).toList();
  }

  List<Variable<?>> variables() {
    return variables.all();
  }

  Variable<TInt64> steps() {
    return steps;
  }
}
