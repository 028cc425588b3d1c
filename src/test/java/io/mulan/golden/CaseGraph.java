package io.mulan.golden;

import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.nn.Weights;
import io.mulan.numpy.NpyArray;
import io.mulan.tf.Fusion;
import io.mulan.tf.Gradients;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Maths;
import io.mulan.tf.Rewriting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * The graph of one case in one float type: what is fed into it comes from the case, what it gives
 * is named.
 */
public final class CaseGraph<T extends TFloating> implements AutoCloseable {
  /** What the names of results inside a network begin with. */
  private static final String INNER = "inner/";

  private final GoldenCase golden;
  private final Graph graph = new Graph();
  private final Maths<T> m;
  private final Map<Operand<?>, Tensor> feeds = new LinkedHashMap<>();
  private final Map<String, GoldenParameter> parameters = new HashMap<>();
  private final Map<String, Operand<T>> asked = new LinkedHashMap<>();
  private final Map<String, Operand<T>> dropped = new HashMap<>();
  private final Map<String, Operand<T>> results = new LinkedHashMap<>();
  private final List<String> gradientGroups = new ArrayList<>();
  private final Set<String> leftOut = new HashSet<>();
  private Optional<Each> each = Optional.empty();

  /** An input that takes one value after the other. */
  private record Each(Operand<TFloat64> input, double[] values) {}

  CaseGraph(GoldenCase golden, Class<T> type) {
    this.golden = golden;
    this.m = new Maths<>(GraphScope.ops(graph), type);
    golden.parameters().forEach(p -> parameters.put(p.name(), p));
  }

  public Maths<T> m() {
    return m;
  }

  public GoldenCase golden() {
    return golden;
  }

  public PublishedConfig config() {
    return golden.config();
  }

  /** An input of the case. */
  public Operand<T> input(String name) {
    return fed("in/" + name, golden.array("in/" + name));
  }

  /** A stored array of any type, as numbers of this one. */
  public Operand<T> fed(String name, NpyArray array) {
    return fed(name, Arrays.stream(array.shape()).asLongStream().toArray(), array.toDoubles());
  }

  /** Numbers of our own. */
  public Operand<T> fed(String name, long[] dimensions, double[] values) {
    Shape shape = Shape.of(dimensions);
    return placeholder(name, shape, m.type(), tensor(m.type(), shape, values));
  }

  /** A number that takes each of these values in turn; every result has a row for each. */
  public Operand<TFloat64> each(double... values) {
    Operand<TFloat64> input =
        m.ops().placeholder(TFloat64.class, Placeholder.shape(Shape.scalar()));
    each = Optional.of(new Each(input, values));
    return input;
  }

  /** Numbers as a tensor of either float type. */
  public static Tensor tensor(Class<? extends TFloating> type, Shape shape, double[] values) {
    if (type == TFloat64.class) {
      return TFloat64.tensorOf(shape, DataBuffers.of(values, true, false));
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return TFloat32.tensorOf(shape, DataBuffers.of(floats, true, false));
  }

  /** Rows of our own. */
  public Operand<T> fed(String name, double[][] rows) {
    double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return fed(name, new long[] {rows.length, rows[0].length}, flat);
  }

  /** An input of images. */
  public Operand<TUint8> images(String name) {
    NpyArray array = golden.array("in/" + name);
    Shape shape = Shape.of(Arrays.stream(array.shape()).asLongStream().toArray());
    TUint8 tensor = TUint8.tensorOf(shape, DataBuffers.of(array.toBytes(), true, false));
    return placeholder("in/" + name, shape, TUint8.class, tensor);
  }

  private <U extends TType> Operand<U> placeholder(
      String name, Shape shape, Class<U> type, Tensor value) {
    Operand<U> placeholder =
        m.ops().withName(name.replace('/', '.')).placeholder(type, Placeholder.shape(shape));
    feeds.put(placeholder, value);
    return placeholder;
  }

  /** The place {@code scope} of a model with the parameters and dropout masks of the case. */
  public Net<T> net(String scope) {
    return new Net<>(scope.isEmpty() ? m : m.in(scope), weights(), dropout(), scope);
  }

  /** The parameters of the case, each of the shape that is asked for, and none else. */
  public Weights<T> weights() {
    return (name, shape, initializer) -> {
      GoldenParameter p = parameters.get(name);
      if (p == null || !shape.equals(Shape.of(p.shape()))) {
        throw new AssertionError(
            golden
                + ": the model asks for "
                + name
                + " "
                + shape
                + ", published is "
                + (p == null ? "none" : Shape.of(p.shape())));
      }
      return asked.computeIfAbsent(name, n -> fed(n, p.shape(), p.values()));
    };
  }

  /** The masks that the published code drew, in its order; without dropout, everything is kept. */
  public Dropout<T> dropout() {
    double rate = config().dropout();
    Deque<NpyArray> masks = new ArrayDeque<>(golden.noise("bernoulli"));
    return (place, x) -> {
      Operand<T> y =
          rate == 0 ? x : m.mul(m.mul(x, fed("mask." + place, masks.remove())), 1 / (1 - rate));
      dropped.put(place, y);
      return y;
    };
  }

  /** Parameters of a part of the model that the computation has no use for. */
  public void leaveOutParameters(String part) {
    parameters.keySet().removeIf(name -> name.startsWith(part + "/"));
  }

  /** What the model computes for a result of the case. */
  public void result(String name, Operand<T> value) {
    results.put(name, value);
  }

  /** Drops a result that the published code has in another form. */
  void drop(String name) {
    results.remove(name);
    leaveOut(name);
  }

  /** Results that the published code has only inside, or that this model does not give. */
  public void leaveOut(String... names) {
    leftOut.addAll(List.of(names));
  }

  /**
   * Adds the gradients seed' · dy/dp of every parameter p to the results.
   *
   * @param group such as {@code grad}
   * @return the gradients by other operands
   */
  public List<Operand<T>> gradients(
      String group, Operand<T> y, Operand<T> seed, List<Operand<T>> others) {
    List<Operand<T>> all = new ArrayList<>(asked.values());
    all.addAll(others);
    List<Operand<T>> gradients = Gradients.of(m, y, seed, all);
    int i = 0;
    for (String name : asked.keySet()) {
      results.put(group + "/" + name, gradients.get(i++));
    }
    gradientGroups.add(group);
    return gradients.subList(i, gradients.size());
  }

  /** Adds the tensors inside a network, wherever the case has them, to the results. */
  public void innerResults(String scope) {
    for (String name : golden.results()) {
      if (name.startsWith(INNER) && !leftOut.contains(name)) {
        String path = scope + "/" + name.substring(INNER.length());
        Operand<T> mask = dropped.get(path.replaceFirst("/Dropout_0$", ""));
        result(name, path.endsWith("/Dropout_0") ? mask : lastUnder(path));
      }
    }
  }

  /** The output of the last operation made so far under a path of the model. */
  private Operand<T> lastUnder(String path) {
    GraphOperation last = null;
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
      GraphOperation operation = all.next();
      if (operation.name().startsWith(path + "/")) {
        last = operation;
      }
    }
    if (last == null) {
      throw new AssertionError(golden + ": the model makes nothing under " + path);
    }
    return last.output(0);
  }

  /** Runs the graph, all parameters and results of the case being used. */
  CaseRun run() {
    requireSame("parameters", parameters.keySet(), asked.keySet());
    Set<String> published = new TreeSet<>(golden.results());
    published.removeAll(leftOut);
    Set<String> ours = new TreeSet<>(results.keySet());
    ours.removeIf(GoldenCase::isByParameter);
    requireSame("results", published, ours);
    try (GraphSession session = GraphSession.open(graph, rewriting(), GraphSession::plain)) {
      List<Map<String, double[]>> rows = new ArrayList<>();
      if (each.isEmpty()) {
        rows.add(values(session.runner()));
      }
      for (double value : each.map(Each::values).orElse(new double[0])) {
        try (TFloat64 tensor = TFloat64.scalarOf(value)) {
          rows.add(values(session.runner().feed(each.get().input(), tensor)));
        }
      }
      return new CaseRun(List.copyOf(results.keySet()), gradientGroups, rows);
    }
  }

  /** With {@code -Dgolden.fused=true} all element-wise operations are fused. */
  private static Rewriting rewriting() {
    return Boolean.getBoolean("golden.fused")
        ? new Rewriting(Optional.empty(), Optional.of(new Fusion(1)))
        : Rewriting.NONE;
  }

  private Map<String, double[]> values(GraphSession.Runner runner) {
    feeds.forEach(runner::feed);
    results.values().forEach(runner::fetch);
    try (Result result = runner.run()) {
      Map<String, double[]> values = new HashMap<>();
      for (String name : results.keySet()) {
        values.put(name, CaseResults.values(result.get(values.size())));
      }
      return values;
    }
  }

  private void requireSame(String what, Set<String> published, Set<String> ours) {
    if (!published.equals(ours)) {
      Set<String> either = new TreeSet<>(published);
      either.addAll(ours);
      either.removeIf(name -> published.contains(name) && ours.contains(name));
      throw new AssertionError(golden + ": only one of the codes has the " + what + " " + either);
    }
  }

  @Override
  public void close() {
    feeds.values().forEach(Tensor::close);
    graph.close();
  }
}
