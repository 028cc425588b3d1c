package io.mulan.training;

import io.mulan.cluster.AllReduce;
import io.mulan.cluster.BatchShare;
import io.mulan.cluster.Workers;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.config.TrainingConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.likelihood.BoundGraph;
import io.mulan.tf.GraphScope;
import io.mulan.tf.Maths;
import io.mulan.tf.SaveRestore;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import io.mulan.tf.XlaCall;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The graph of a run: the training step as one target, the bound with the averaged weights,
 * initialisation, saving.
 *
 * <p>The step is loss, gradients, update, moving average and step counter. Compiled, it is one XLA
 * program cut out of this same graph; the plain nodes stay and are the uncompiled form of the same
 * computation.
 */
final class TrainingGraph {
  /** Name of the uncompiled step, which is there in any case. */
  static final String PLAIN_STEP = "train_step";

  /** Name of the uncompiled terms of the bound. */
  static final String PLAIN_TERMS = "terms";

  /** Of the sums over processes; the numbers before it are others'. */
  private static final long FIRST_SUM = 100;

  private final RunConfig config;
  private final Workers workers;
  private final BatchShare share;
  private final DiffusionModel model;
  private final Graph graph;
  private final Maths<TFloat32> m;
  private final Maths<TFloat32> initial;
  private final Variables variables;
  private final TrainedWeights<TFloat32> weights;
  private final List<Optimizer.Slot<TFloat32>> slots = new ArrayList<>();
  private final Variable<TInt64> steps;

  private final Placeholder<TUint8> images;
  private Operand<TFloat32> terms;
  private Operand<TFloat32> norms;
  private Operand<TFloat32> slowest;
  private BatchGradient<TFloat32> plain;
  private Op step;
  private Optional<Together> together = Optional.empty();
  private final BoundGraph evaluation;
  private final Op initialize;
  private final SaveRestore saveRestore;

  /**
   * What several processes say to each other.
   *
   * @param stop whether this one asks to stop: zero or one (scalar)
   * @param stops how many do (scalar)
   * @param digest of step and weights (scalar)
   */
  record Together(Operand<TFloat32> stop, Operand<TFloat32> stops, Operand<TInt64> digest) {}

  /**
   * @param compiled whether the step is compiled by XLA; of one that is shared, what comes before
   *     the sums over processes
   */
  TrainingGraph(
      Graph graph, RunConfig config, DiffusionModel model, boolean compiled, Workers workers) {
    this.graph = graph;
    this.config = config;
    this.workers = workers;
    this.share = workers.share(config.training());
    TrainingConfig c = config.training();
    Ops tf = GraphScope.ops(graph);
    Maths<TFloat32> exact = new Maths<>(tf, TFloat32.class);
    m = exact.productsIn(ProductType.of(c.precision()));
    variables = new Variables(graph);
    steps = variables.create(RunState.STEP, TInt64.class, Shape.scalar(), tf.constant(0L));
    initial = exact.in("initial");
    weights = new TrainedWeights<>(initial, variables, c.seed());
    images =
        tf.withName("images")
            .placeholder(TUint8.class, Placeholder.shape(batchShape(model.image(), share.count())));
    this.model = model.givenInput(tf, share.count());
    List<Op> updates = build(compiled);
    step = tf.withControlDependencies(updates).withName(PLAIN_STEP).noOp();
    if (compiled && workers.isAlone()) {
      compile(updates);
    }
    evaluation = BoundGraph.build(exact.in("evaluation"), model, Optimizer.averaged(slots));
    initialize = variables.initializer("initialize");
    saveRestore = new SaveRestore(graph, variables.all());
  }

  private static Shape batchShape(ImageShape image, long batch) {
    return Shape.of(image.batch(batch));
  }

  /** Loss, gradients and updates. */
  private List<Op> build(boolean compiled) {
    plain = BatchGradient.of(m, config, model, weights, images, steps.value(), share);
    BatchGradient<TFloat32> batch = plain;
    if (!workers.isAlone()) {
      batch = together(compiled ? compile(plain) : plain);
    }
    terms = m.ops().withName(PLAIN_TERMS).identity(batch.terms());
    slowest = batch.slowest();

    weights.all().forEach(w -> slots.add(Optimizer.Slot.create(initial, variables, w)));
    Optimizer<TFloat32> optimizer = new Optimizer<>(m.in("optimizer"), config.training());
    norms = optimizer.norms(batch.gradients());
    return optimizer.step(steps, slots, batch.gradients(), norms);
  }

  /** Means over all processes, of the gradients from the last that the network made on. */
  private BatchGradient<TFloat32> together(BatchGradient<TFloat32> mine) {
    Maths<TFloat32> all = m.in("together");
    Ops tf = all.ops();
    int size = workers.cluster().size();
    Operand<TFloat32> stop =
        tf.withName("stop").placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    AllReduce reduce = new AllReduce(workers.cluster(), FIRST_SUM);
    List<Operand<TFloat32>> backwards = new ArrayList<>(mine.gradients());
    Collections.reverse(backwards);
    List<Operand<TFloat32>> sums = new ArrayList<>(reduce.sums(all, backwards));
    Collections.reverse(sums);
    Operand<TFloat32> place =
        tf.oneHot(
            tf.constant(workers.cluster().task()),
            tf.constant(size),
            all.constant(1),
            all.constant(0));
    Operand<TFloat32> state =
        reduce.sum(
            tf,
            all.concat(
                0, List.of(all.reshape(stop, 1), all.mul(place, mine.slowest()), mine.terms())));
    long terms = mine.terms().shape().get(0);
    together = Optional.of(new Together(stop, all.reshape(part(tf, state, 0, 1)), digest(tf)));
    double share = 1.0 / size;
    return new BatchGradient<>(
        all.mul(part(tf, state, 1 + size, terms), share),
        tf.min(part(tf, state, 1, size), tf.constant(0)),
        mine.times(),
        sums.stream().map(sum -> all.mul(sum, share)).toList());
  }

  private static Operand<TFloat32> part(Ops tf, Operand<TFloat32> x, long first, long count) {
    return tf.slice(x, tf.constant(new long[] {first}), tf.constant(new long[] {count}));
  }

  /** A number that other bits in any weight change. */
  private Operand<TInt64> digest(Ops tf) {
    Operand<TInt64> digest = steps.value();
    for (Variable<TFloat32> weight : weights.all()) {
      Operand<TInt64> bits = tf.dtypes.cast(tf.bitcast(weight.value(), TInt32.class), TInt64.class);
      Operand<TInt64> sum = tf.sum(tf.reshape(bits, tf.array(-1)), tf.constant(0));
      digest = tf.math.add(tf.math.mul(digest, tf.constant(0x9E3779B97F4A7C15L)), sum);
    }
    return digest;
  }

  /** Cuts the gradient out as one compiled call. */
  private BatchGradient<TFloat32> compile(BatchGradient<TFloat32> uncompiled) {
    List<Operand<?>> outputs = new ArrayList<>(List.of(uncompiled.terms(), uncompiled.slowest()));
    outputs.addAll(uncompiled.gradients());
    XlaCall call = XlaCall.add(graph, "compiled_gradient", fed(), outputs, List.of());
    List<Operand<TFloat32>> gradients = new ArrayList<>();
    for (int i = 2; i < outputs.size(); i++) {
      Operand<TFloat32> plainOne = uncompiled.gradients().get(i - 2);
      gradients.add(m.reshape(call.<TFloat32>output(i), plainOne.shape().asArray()));
    }
    Operand<TFloat32> terms = call.output(0);
    return new BatchGradient<>(
        m.reshape(terms, uncompiled.terms().shape().asArray()),
        call.output(1),
        uncompiled.times(),
        gradients);
  }

  /** Cuts the step out as one compiled call: variables are read and updated inside. */
  private void compile(List<Op> updates) {
    XlaCall call =
        XlaCall.add(graph, "compiled_step", fed(), List.of(terms, norms, slowest), updates);
    terms = call.output(0);
    norms = call.output(1);
    slowest = call.output(2);
    step = m.ops().withControlDependencies(terms).withName("compiled_train_step").noOp();
  }

  /** What a compiled call takes: images, conditions and variables. */
  private List<Operand<?>> fed() {
    List<Operand<?>> inputs = new ArrayList<>();
    inputs.add(images);
    conditions().ifPresent(inputs::add);
    variables.all().forEach(v -> inputs.add(v.handle()));
    return inputs;
  }

  Placeholder<TUint8> images() {
    return images;
  }

  /** The conditions of the images [B,k]; empty if the model has none. */
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

  /** Empty if there is one process. */
  Optional<Together> together() {
    return together;
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
    return slots.stream().map(Optimizer.Slot::average).toList();
  }

  List<Variable<?>> variables() {
    return variables.all();
  }

  Variable<TInt64> steps() {
    return steps;
  }
}
