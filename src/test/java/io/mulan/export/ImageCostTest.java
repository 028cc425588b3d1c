package io.mulan.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import io.mulan.training.TrainingSession;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageCostTest {

  @Tag("integration")
  @ParameterizedTest
  @ValueSource(strings = {"identity", "score_function"})
  void aStepCostsWhatTrainingWithABatchOfOneDoes(String gradient) {
    RunConfig config =
        ConfigReader.read(
            Optional.empty(),
            Optional.empty(),
            List.of(
                "training.batch=1",
                "training.optimizer=adamw",
                "network.layers=1",
                "latent.size=6",
                "latent.k=2",
                "latent.gradient=" + gradient));
    ImageShape image = Datasets.shape(config.data()).image();
    ImageCost cost = ImageCost.of(config, image);
    try (TrainingSession session = new TrainingSession(config, image, false)) {
      assertEquals(session.cost().flops(), cost.stepFlops());
    }
    double ratio = (double) cost.stepFlops() / cost.evaluation().flops();
    assertTrue(ratio > 2.5 && ratio < 6.5, "a step by an evaluation: " + ratio);
  }
}
