package io.mulan.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.RunConfig;
import io.mulan.tf.StepTrace;
import io.mulan.training.SmallRun;
import io.mulan.training.TrainingSession;
import io.mulan.training.TrainingSession.MeasuredStep;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What TensorFlow's trace of a training step is sorted into. */
final class StepPartsTest {
  @Test
  void everyOperationIsInOnePart() {
    RunConfig config = SmallRun.config();
    var images = SmallRun.data(config).train();
    byte[] levels = images.copies(config.training().batch(), i -> i);
    try (TrainingSession session = SmallRun.session(config, false)) {
      session.initialize();
      MeasuredStep step = session.measured(levels);
      step.run();
      StepTrace trace = step.trace();
      Map<String, StepTrace.Group> parts = trace.by(StepParts.ofTraining(trace));
      assertEquals(Set.of("forward", "backward", "optimiser", "noise and input"), parts.keySet());
      assertEquals(
          trace.operationSeconds(),
          parts.values().stream().mapToDouble(StepTrace.Group::seconds).sum(),
          1e-9);
      assertEquals(
          trace.operations().size(),
          parts.values().stream().mapToInt(StepTrace.Group::count).sum());
      // A gradient's convolutions are there and nowhere else; each weight is updated once.
      var types = trace.by(StepTrace.Ran::type);
      int updates = types.get("ResourceApplyAdam").count();
      assertEquals(session.weights().size(), updates);
      assertTrue(
          trace.operations().stream()
              .filter(o -> o.type().contains("Conv2DBackpropFilter"))
              .allMatch(o -> StepParts.ofTraining(trace).apply(o).equals("backward")));
    }
  }
}
