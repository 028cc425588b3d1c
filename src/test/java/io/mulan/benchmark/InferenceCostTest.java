package io.mulan.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import io.mulan.export.ImageCost;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class InferenceCostTest {
  private static final RunConfig CONFIG =
      ConfigReader.read(Optional.empty(), Optional.empty(), List.of("network.layers=1"));
  private static final ImageShape IMAGE = Datasets.shape(CONFIG.data()).image();
  private static final InferenceCost COST = new InferenceCost(CONFIG, IMAGE);

  @Test
  void theProductWithTheJacobianByTheInputCostsAboutAsMuchAsTheNetwork() {
    double ratio = (double) COST.networkWithProduct() / COST.network();
    // Attention multiplies two things that depend on the input: each has a gradient.
    assertTrue(ratio > 1.9 && ratio < 2.1, "with the product by without: " + ratio);
  }

  @Test
  void aStepOfTheSamplerIsTheNetworkAndTheSchedule() {
    double ratio = (double) COST.samplingStep() / COST.network();
    assertTrue(ratio >= 1 && ratio < 1.2, "a step by the network: " + ratio);
  }

  @Test
  void anEvaluationOfTheFlowIsTheProductAndTheSchedule() {
    double ratio = (double) COST.flow() / COST.networkWithProduct();
    assertTrue(ratio >= 1 && ratio < 1.2, "an evaluation by the product: " + ratio);
  }

  @Test
  void theBoundCostsWhatTheGraphsSummarySays() {
    assertEquals(ImageCost.of(CONFIG, IMAGE).evaluation().flops(), COST.bound());
  }
}
