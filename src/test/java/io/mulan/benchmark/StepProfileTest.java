package io.mulan.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.tf.StepTrace;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StepProfileTest {
  private static final StepTrace TRACE =
      new StepTrace(
          List.of(
              new StepTrace.Ran("noise/StatelessRandomUniformV2", "StatelessRandomUniformV2", 1),
              new StepTrace.Ran("score_model/conv_in/Conv2D", "Conv2D", 2),
              new StepTrace.Ran("gradients_1/Mul", "Mul", 4),
              new StepTrace.Ran("gradients_12/Mul", "Mul", 8),
              new StepTrace.Ran("gradients_12/Mul_1", "Mul", 16),
              new StepTrace.Ran("ema/score_model/conv_in/kernel", "VarHandleOp", 32)),
          40,
          null);

  @Test
  void theLargestSetOfGradientsIsTheBackwardPass() {
    assertEquals(
        List.of("noise and input", "forward", "forward", "backward", "backward", "optimiser"),
        TRACE.operations().stream().map(StepParts.ofTraining(TRACE)).toList());
  }

  @Test
  void partsAndOverheadAreTheMedianStep() {
    StepProfile profile = StepProfile.of(TRACE, 126.5, 0.5, StepParts.ofTraining(TRACE));
    assertEquals(
        List.of(
            new StepProfile.Part("noise and input", 1 / 63.0, 2),
            new StepProfile.Part("forward", 6 / 63.0, 12),
            new StepProfile.Part("backward", 24 / 63.0, 48),
            new StepProfile.Part("optimiser", 32 / 63.0, 64)),
        profile.parts());
    assertEquals(0.5, profile.hostSeconds());
    assertEquals(63, profile.operationSeconds());
    assertEquals(40, profile.wallSeconds());
  }

  @Test
  void aCompiledStepHasOnePart() {
    StepProfile profile = StepProfile.of(TRACE, 2.5, 0.5, StepParts.ofCompiled(TRACE));
    assertEquals(List.of(new StepProfile.Part("one compiled call", 1, 2)), profile.parts());
  }

  @Test
  void theTenMostExpensiveKindsAreListed() {
    List<StepTrace.Ran> operations =
        IntStream.rangeClosed(1, 12).mapToObj(i -> new StepTrace.Ran("n" + i, "T" + i, i)).toList();
    StepTrace trace = new StepTrace(operations, 100, null);
    List<StepProfile.Kind> kinds = StepProfile.of(trace, 1, 0, StepParts.forwards(trace)).kinds();
    assertEquals(10, kinds.size());
    assertEquals(new StepProfile.Kind("T12", 1, 12, 12.0 / 78), kinds.get(0));
    assertEquals("T3", kinds.get(9).type());
  }
}
