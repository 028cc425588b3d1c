package io.mulan.training;

import io.mulan.config.ImageShape;
import io.mulan.config.TrainingConfig;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Noise;
import io.mulan.golden.CaseGraph;
import io.mulan.golden.CaseResults;
import io.mulan.golden.GoldenCase;
import io.mulan.golden.GoldenParameter;
import io.mulan.nn.Dropout;
import io.mulan.nn.Weights;
import io.mulan.numpy.NpyArray;
import io.mulan.tf.Gradients;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/**
 * The training step of a case, as {@link TrainingGraph} has it, but in either float type and with
 * noise and dropout that are fed: those that the published code drew.
 */
final class PublishedTraining<T extends TFloating> implements AutoCloseable {
  private final GoldenCase golden;
  private final Graph graph = new Graph();
  private final Maths<T> m;
  private final int steps;
  private final int batch;
  private final ImageShape image;
  private final Map<String, GoldenParameter> parameters = new TreeMap<>();
  private final Map<String, Variable<T>> weights = new TreeMap<>();
  private final List<Optimizer.Slot<T>> slots = new ArrayList<>();

  /** The draws of each kind that one step takes, in the published order. */
  private final Map<String, List<Placeholder<T>>> draws = new LinkedHashMap<>();

  private final Placeholder<TUint8> images;
  private final Operand<T> bits;
  private final Op update;
  private final Session session;

  PublishedTraining(GoldenCase golden, Class<T> type) {
    this.golden = golden;
    Ops tf = GraphScope.ops(graph);
    m = new Maths<>(tf, type);
    long[] shape = golden.inputShape("images"); // [steps, B, H, W, C]
    steps = (int) shape[0];
    batch = (int) shape[1];
    image = new ImageShape((int) shape[2], (int) shape[3], (int) shape[4]);
    golden.parameters().forEach(p -> parameters.put(p.name(), p));
    images = tf.placeholder(TUint8.class, Placeholder.shape(imagesShape()));
    Variables variables = new Variables(graph);
    Variable<TInt64> done = variables.create("step", TInt64.class, Shape.scalar(), tf.constant(0L));
    bits = bits(variables);
    update = update(variables, done, AdamWGoldenTest.config(golden.json()));
    session = GraphSession.plain(graph);
    initialize(variables);
  }

  private Shape imagesShape() {
    return Shape.of(batch, image.height(), image.width(), image.channels());
  }

  private Operand<T> bits(Variables variables) {
    DiffusionModel model = new DiffusionModel(golden.config().run(), image);
    boolean latent = !golden.config().isVdm();
    Noise<T> noise =
        new Noise<>(
            draw("uniform", Shape.of(batch)),
            latent
                ? draw(golden.config().latentNoise(), shapeOf(golden.config().latentNoise()))
                : m.constant(0),
            m.constant(0),
            draw("normal", imagesShape()),
            draw("normal", imagesShape()));
    Weights<T> held = (name, shape, initializer) -> weight(variables, name, shape).value();
    double rate = golden.config().dropout();
    Dropout<T> dropout =
        (place, x) -> m.mul(m.mul(x, draw("bernoulli", x.shape())), 1 / (1 - rate));
    BoundTerms<T> bound = bound(model, held, dropout, noise);
    Operand<T> nats = m.constant(0);
    for (Operand<T> term : bound.all()) {
      nats = m.add(nats, m.mean(term, 0));
    }
    return m.mul(nats, 1 / (image.size() * Math.log(2)));
  }

  /** The published VDM's network sees a number next to the time, which is zero. */
  private BoundTerms<T> bound(
      DiffusionModel model, Weights<T> held, Dropout<T> dropout, Noise<T> noise) {
    if (!golden.config().isVdm()) {
      return model.bound(m, held, dropout, images, noise);
    }
    Operand<T> free = m.vector(new double[batch]);
    Operand<T> context = m.reshape(free, batch, 1);
    return model.boundGiven(m, held, dropout, images, context, free, context, noise);
  }

  private Variable<T> weight(Variables variables, String name, Shape shape) {
    return weights.computeIfAbsent(
        name,
        n -> {
          if (!shape.equals(Shape.of(parameters.get(n).shape()))) {
            throw new AssertionError(golden + ": the model asks for " + n + " " + shape);
          }
          Placeholder<T> initial = m.ops().placeholder(m.type(), Placeholder.shape(shape));
          return variables.create(n, m.type(), shape, initial);
        });
  }

  private Placeholder<T> draw(String kind, Shape shape) {
    Placeholder<T> placeholder = m.ops().placeholder(m.type(), Placeholder.shape(shape));
    draws.computeIfAbsent(kind, k -> new ArrayList<>()).add(placeholder);
    return placeholder;
  }

  private Shape shapeOf(String kind) {
    return Shape.of(Arrays.stream(golden.noise(kind).get(0).shape()).asLongStream().toArray());
  }

  private Op update(Variables variables, Variable<TInt64> done, TrainingConfig config) {
    if (!weights.keySet().equals(parameters.keySet())) {
      throw new AssertionError(golden + ": the model has " + weights.keySet());
    }
    Ops tf = m.ops();
    weights.values().forEach(w -> slots.add(Optimizer.Slot.create(m, variables, w)));
    List<Operand<T>> gradients =
        Gradients.of(
            m, bits, m.constant(1), weights.values().stream().map(Variable::value).toList());
    Optimizer<T> optimizer = new Optimizer<>(m, config);
    List<Op> updates = optimizer.update(done.value(), slots, gradients, optimizer.norms(gradients));
    return tf.withControlDependencies(updates).assignAddVariableOp(done.handle(), tf.constant(1L));
  }

  private void initialize(Variables variables) {
    List<Tensor> fed = new ArrayList<>();
    Session.Runner runner = session.runner().addTarget(variables.initializer("initialize"));
    weights.forEach(
        (name, weight) -> {
          Tensor value = CaseGraph.tensor(m.type(), weight.shape(), parameters.get(name).values());
          fed.add(value);
          runner.feed(weight.initialValue().asOutput(), value);
        });
    runner.run().close();
    fed.forEach(Tensor::close);
  }

  int steps() {
    return steps;
  }

  /**
   * Makes step k.
   *
   * @return bits/dim before it
   */
  double step(int k) {
    List<Tensor> fed = new ArrayList<>();
    Session.Runner runner = session.runner().addTarget(update).fetch(bits);
    byte[] all = golden.array("in/images").toBytes();
    int size = all.length / steps;
    byte[] own = Arrays.copyOfRange(all, k * size, (k + 1) * size);
    fed.add(TUint8.tensorOf(imagesShape(), DataBuffers.of(own, true, false)));
    runner.feed(images, fed.get(0));
    draws.forEach(
        (kind, placeholders) -> {
          List<NpyArray> noise = golden.noise(kind);
          int each = placeholders.size();
          if (noise.size() != each * steps) {
            throw new AssertionError(golden + ": the model draws " + each + " " + kind);
          }
          for (int i = 0; i < each; i++) {
            double[] values = values(kind, noise.get(k * each + i));
            Placeholder<T> placeholder = placeholders.get(i);
            Tensor tensor = CaseGraph.tensor(m.type(), placeholder.shape(), values);
            fed.add(tensor);
            runner.feed(placeholder, tensor);
          }
        });
    try (Result result = runner.run()) {
      return CaseResults.values(result.get(0))[0];
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  /** The published code makes antithetic times of one draw. */
  private double[] values(String kind, NpyArray noise) {
    double[] values = noise.toDoubles();
    if (!kind.equals("uniform") || !golden.config().antitheticTimes()) {
      return values;
    }
    double[] times = new double[batch];
    Arrays.setAll(times, i -> (values[0] + (double) i / batch) % 1);
    return times;
  }

  /** The weights as they are. */
  void weights(BiConsumer<String, double[]> reader) {
    read(Optimizer.Slot::weight, reader);
  }

  /** Their moving averages. */
  void averages(BiConsumer<String, double[]> reader) {
    read(Optimizer.Slot::average, reader);
  }

  /** All in one run: TensorFlow plans the whole graph again for each set of what is fetched. */
  private void read(
      Function<Optimizer.Slot<T>, Variable<T>> which, BiConsumer<String, double[]> reader) {
    Session.Runner runner = session.runner();
    slots.forEach(s -> runner.fetch(which.apply(s).value()));
    try (Result result = runner.run()) {
      for (int i = 0; i < slots.size(); i++) {
        reader.accept(slots.get(i).weight().name(), CaseResults.values(result.get(i)));
      }
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
