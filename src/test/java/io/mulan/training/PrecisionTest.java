package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.cluster.Workers;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.tf.Variables.Variable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** In bfloat16 the networks' products are rounded while training, and nothing else. */
final class PrecisionTest {
  private static final String ROUNDED = "training.precision=bfloat16";

  @Test
  void onlyProductsAreInBfloat16() {
    RunConfig config = SmallRun.config(ROUNDED);
    try (Graph graph = new Graph()) {
      TrainingGraph built =
          new TrainingGraph(
              graph,
              config,
              new DiffusionModel(config, SmallRun.data(config).train().shape()),
              false,
              Workers.alone());
      Set<String> types = new TreeSet<>();
      for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
        GraphOperation operation = all.next();
        if (isRounded(operation)) {
          types.add(operation.type());
        }
      }
      assertEquals(
          Set.of(
              "BatchMatMulV3",
              "Cast",
              "Conv2D",
              "Conv2DBackpropFilter",
              "Conv2DBackpropInput",
              "MatMul",
              // Of a batch product's gradient, over the axes that were broadcast: none here.
              "Reshape",
              "Sum"),
          types);
      for (Variable<?> v : built.variables()) {
        assertTrue(v.type() == TFloat32.class || v.type() == TInt64.class, v.name());
      }
      for (GraphOperation operation : below(built.evaluation().terms())) {
        assertTrue(!isRounded(operation), () -> operation + " of an evaluation");
      }
    }
  }

  private static boolean isRounded(GraphOperation operation) {
    for (int i = 0; i < operation.numOutputs(); i++) {
      if (operation.output(i).dataType() == DataType.DT_BFLOAT16) {
        return true;
      }
    }
    return false;
  }

  private static Set<GraphOperation> below(Operand<?> y) {
    Set<GraphOperation> seen = new HashSet<>();
    Deque<GraphOperation> todo = new ArrayDeque<>(List.of((GraphOperation) y.op()));
    while (!todo.isEmpty()) {
      GraphOperation operation = todo.pop();
      if (seen.add(operation)) {
        operation.inputs().forEach(in -> todo.push((GraphOperation) in.op()));
      }
    }
    return seen;
  }

  /** The same noise and weights: after some steps the losses are near, and not the same. */
  @Tag("integration")
  @Test
  void lossesStayNearThoseOfFloat32() {
    double[] exact = losses(SmallRun.config("network.dropout=0"));
    double[] rounded = losses(SmallRun.config("network.dropout=0", ROUNDED));
    for (int i = 0; i < exact.length; i++) {
      assertEquals(exact[i], rounded[i], 0.01 * exact[i], "step " + i);
    }
    assertNotEquals(Arrays.hashCode(exact), Arrays.hashCode(rounded));
  }

  private static double[] losses(RunConfig config) {
    var images = SmallRun.data(config).train();
    int batch = config.training().batch();
    try (TrainingSession session = SmallRun.session(config, false)) {
      session.initialize();
      double[] losses = new double[8];
      for (int i = 0; i < losses.length; i++) {
        int first = i * batch;
        losses[i] = session.step(images.copies(batch, row -> first + row)).total();
      }
      return losses;
    }
  }
}
