package io.mulan.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.mulan.config.ConfigReader;
import io.mulan.config.TrainingConfig;
import io.mulan.golden.Agreement;
import io.mulan.golden.GoldenCase;
import io.mulan.golden.GoldenFile;
import io.mulan.golden.GoldenParameter;
import io.mulan.golden.GoldenReport;
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
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Weights and averages after each of some steps with given gradients. */
@Tag("golden")
final class AdamWGoldenTest {

  @TestFactory
  Stream<DynamicTest> weightsAndAveragesAfterEachStepEqualThePublishedOnes() {
    return GoldenFile.checks(
        "optimizer",
        c -> c.json().path("optimizer").path("name").asText().equals("adamw"),
        AdamWGoldenTest::check);
  }

  private static void check(GoldenCase golden) {
    List<GoldenParameter> parameters = golden.parameters();
    int count = golden.array("out/lr").shape()[0];
    List<Agreement> weights = new ArrayList<>();
    List<Agreement> averages = new ArrayList<>();
    try (Optimiser optimiser = new Optimiser(parameters, config(golden.json()))) {
      for (int step = 0; step < count; step++) {
        List<float[]> state = optimiser.step(gradients(golden, parameters, step));
        for (int k = 0; k < parameters.size(); k++) {
          String name = parameters.get(k).name();
          weights.add(agreement(golden, "step" + step + "/param/" + name, state.get(2 * k)));
          averages.add(agreement(golden, "step" + step + "/ema/" + name, state.get(2 * k + 1)));
        }
      }
    }
    List<Agreement> all = new ArrayList<>(weights);
    all.addAll(averages);
    GoldenReport.require(
        golden,
        List.of(
            GoldenReport.worst("weights after each step", weights),
            GoldenReport.worst("averages after each step", averages)),
        all);
  }

  private static Agreement agreement(GoldenCase golden, String result, float[] ours) {
    double[] published = golden.array("out/" + result).toDoubles();
    double[] doubles = new double[ours.length];
    Arrays.setAll(doubles, i -> ours[i]);
    return Agreement.of(result, published, golden.exact(result).orElseThrow(), doubles);
  }

  /** The gradients of one step, for each parameter. */
  private static List<float[]> gradients(
      GoldenCase golden, List<GoldenParameter> parameters, int step) {
    List<float[]> all = new ArrayList<>();
    for (GoldenParameter p : parameters) {
      double[] steps = golden.array("in/grad." + p.name()).toDoubles();
      int size = (int) Shape.of(p.shape()).size();
      float[] own = new float[size];
      for (int i = 0; i < size; i++) {
        own[i] = (float) steps[step * size + i];
      }
      all.add(own);
    }
    return all;
  }

  static TrainingConfig config(JsonNode published) {
    JsonNode optimizer = published.get("optimizer");
    JsonNode training = published.get("training");
    JsonNode args = optimizer.get("args");
    Map<String, JsonNode> settings = new LinkedHashMap<>();
    settings.put("steps", training.get("num_steps_train"));
    settings.put("learning_rate", optimizer.get("learning_rate"));
    settings.put("warmup_steps", training.get("num_steps_lr_warmup"));
    settings.put("learning_rate_decay", optimizer.get("lr_decay"));
    settings.put("weight_decay", args.get("weight_decay"));
    settings.put("beta1", args.get("b1"));
    settings.put("beta2", args.get("b2"));
    settings.put("ema", optimizer.get("ema_rate"));
    List<String> overrides = new ArrayList<>();
    settings.forEach((key, value) -> overrides.add("training." + key + "=" + value));
    overrides.add("training.clip_norm=" + optimizer.path("gradient_clip_norm").asDouble(0));
    return ConfigReader.read(Optional.of("cifar10"), Optional.empty(), overrides).training();
  }

  /** The optimiser in a graph of its own, with gradients that are fed. */
  private static final class Optimiser implements AutoCloseable {
    private final Graph graph = new Graph();
    private final Session session;
    private final List<Placeholder<TFloat32>> gradients = new ArrayList<>();
    private final List<Optimizer.Slot<TFloat32>> slots = new ArrayList<>();
    private final Op update;

    Optimiser(List<GoldenParameter> parameters, TrainingConfig config) {
      Ops tf = GraphScope.ops(graph);
      Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
      Variables variables = new Variables(graph);
      var steps = variables.create("step", TInt64.class, Shape.scalar(), tf.constant(0L));
      for (GoldenParameter p : parameters) {
        Shape shape = Shape.of(p.shape());
        Operand<TFloat32> initial = m.reshape(m.vector(p.values()), p.shape());
        Variable<TFloat32> weight = variables.create(p.name(), TFloat32.class, shape, initial);
        slots.add(Optimizer.Slot.create(m, variables, weight));
        gradients.add(tf.placeholder(TFloat32.class, Placeholder.shape(shape)));
      }
      Optimizer<TFloat32> optimizer = new Optimizer<>(m, config);
      List<Operand<TFloat32>> fed = List.copyOf(gradients);
      List<Op> updates = optimizer.update(steps.value(), slots, fed, optimizer.norms(fed));
      update =
          tf.withControlDependencies(updates).assignAddVariableOp(steps.handle(), tf.constant(1L));
      session = GraphSession.plain(graph);
      session.runner().addTarget(variables.initializer("initialize")).run().close();
    }

    /** Each parameter's weight and average after a step. */
    List<float[]> step(List<float[]> values) {
      Session.Runner runner = session.runner().addTarget(update);
      List<TFloat32> fed = new ArrayList<>();
      for (int k = 0; k < values.size(); k++) {
        TFloat32 tensor =
            TFloat32.tensorOf(gradients.get(k).shape(), DataBuffers.of(values.get(k), true, false));
        fed.add(tensor);
        runner.feed(gradients.get(k), tensor);
      }
      runner.run().close();
      fed.forEach(TFloat32::close);
      return read();
    }

    private List<float[]> read() {
      Session.Runner runner = session.runner();
      slots.forEach(s -> runner.fetch(s.weight().value()).fetch(s.average().value()));
      try (Result result = runner.run()) {
        List<float[]> all = new ArrayList<>();
        for (int i = 0; i < result.size(); i++) {
          TFloat32 tensor = (TFloat32) result.get(i);
          float[] values = new float[(int) tensor.size()];
          tensor.asRawTensor().data().asFloats().read(values);
          all.add(values);
        }
        return all;
      }
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }
}
