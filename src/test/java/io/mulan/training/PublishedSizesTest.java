package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The models of the published configurations, counted by the published code. */
@Tag("slow")
final class PublishedSizesTest {

  @ParameterizedTest
  @CsvSource({
    "cifar10,   30603267, 2632883, 37917696",
    "imagenet32, 122187779, 10326323, 37917696"
  })
  void theModelHasAsManyWeights(String preset, long network, long encoder, long schedule) {
    RunConfig config = ConfigReader.read(Optional.of(preset), Optional.empty(), List.of());
    try (TrainingSession session =
        new TrainingSession(config, Datasets.shape(config.data()).image(), false)) {
      assertEquals(network, count(session, "score_model/"));
      assertEquals(encoder, count(session, "encoder_model/"));
      assertEquals(schedule, count(session, "gamma/"));
    }
  }

  private static long count(TrainingSession session, String part) {
    return session.weights().stream()
        .filter(w -> w.name().startsWith(part))
        .mapToLong(w -> w.shape().size())
        .sum();
  }
}
