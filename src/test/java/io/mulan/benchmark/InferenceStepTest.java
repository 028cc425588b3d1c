package io.mulan.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.benchmark.BenchmarkPlan.What;
import io.mulan.benchmark.BenchmarkProcess.InputPipeline;
import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InferenceStepTest {
  private static final RunConfig CONFIG =
      ConfigReader.read(
          Optional.empty(),
          Optional.empty(),
          List.of(
              "network.channels=8", "network.layers=1", "network.groups=2", "training.batch=16"));

  @Tag("integration")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SCORE  | bound   | network           | forward",
        "SAMPLE | sampler | network           | forward",
        "EXACT  | flow    | network, gradient | forward, backward"
      })
  void eachStepIsMeasuredNextToTheBareNetwork(
      What what, String column, String network, String parts) {
    Map<String, StepMeasurement> measured = InferenceStep.measure(what, CONFIG, 3);
    assertEquals(List.of(column, network), List.copyOf(measured.keySet()));
    for (StepMeasurement m : measured.values()) {
      assertEquals(16 / m.timing().medianSeconds(), m.imagesPerSecond(), 1e-9);
      assertEquals(
          parts,
          String.join(", ", m.profile().parts().stream().map(StepProfile.Part::name).toList()));
      assertTrue(m.profile().hostSeconds() > 0, m::toString);
    }
    long flops = measured.get(column).flopsPerImage();
    assertTrue(flops >= measured.get(network).flopsPerImage() && flops > 0, "FLOP: " + flops);
  }

  @Test
  void theInputIsMeasuredWithoutTensorFlow() {
    StepMeasurement input = InputPipeline.measure(CONFIG, 3);
    assertTrue(input.imagesPerSecond() > 0 && input.profile() == null, input::toString);
    assertEquals(16 / input.timing().medianSeconds(), input.imagesPerSecond(), 1e-6);
  }
}
