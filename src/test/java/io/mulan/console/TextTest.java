package io.mulan.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.likelihood.Estimate;
import io.mulan.likelihood.LatentUse;
import io.mulan.run.TrainingReport;
import org.junit.jupiter.api.Test;

final class TextTest {
  @Test
  void aFigureOfOneImageHasADashForItsError() {
    assertEquals("1.5000 ± 0.2500", new Estimate(1.5, 0.25).text());
    assertEquals("1.5000 ± –", new Estimate(1.5, Double.NaN).text());
    assertEquals("one image, which has no standard error", TrainingReport.error(1));
    assertEquals("standard error over 2 images", TrainingReport.error(2));
  }

  @Test
  void whatIsInUseIsNotCalledCollapsed() {
    assertEquals(
        "KL 0.020 nats, mutual information 0.020 nats, 4 of 4 components in use: it depends little on the image",
        TrainingReport.use(new LatentUse(0.02, 0.02, 4, 4, 10)));
    assertEquals(
        "KL 0.000 nats, mutual information 0.000 nats, 0 of 4 components in use: collapsed, it does not depend on the image",
        TrainingReport.use(new LatentUse(0, 0, 0, 4, 10)));
    assertEquals(
        "KL 1.000 nats, mutual information 0.900 nats, 3 of 4 components in use",
        TrainingReport.use(new LatentUse(1, 0.9, 3, 4, 10)));
  }
}
