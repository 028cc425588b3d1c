package io.mulan.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.TestSettings;
import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.console.Terminal;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.likelihood.Estimate;
import io.mulan.likelihood.LatentUse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private static final LatentUse USED = new LatentUse(1, 0.5, 4, 4, 10);
  private static final LatentUse COLLAPSED = new LatentUse(0, 0, 0, 4, 10);

  /** Not at each evaluation, but each time that it happens. */
  @Test
  void aLatentThatCollapsesIsReportedOnce() {
    RunConfig config = ConfigReader.read(Optional.of("digits"), Optional.empty(), List.of());
    Progress progress = new Progress(config.training(), 64, Terminal.none(), Progress.Frame.NONE);
    progress.evaluated(50, estimate(COLLAPSED));
    assertEquals(0, warnings());
    progress.evaluated(200, estimate(COLLAPSED));
    progress.evaluated(400, estimate(COLLAPSED));
    assertEquals(1, warnings());
    progress.evaluated(600, estimate(USED));
    progress.evaluated(800, estimate(COLLAPSED));
    assertEquals(2, warnings());
  }

  private static int warnings() {
    return TestSettings.logged().split("warn: latent", -1).length - 1;
  }

  private static BoundEstimate estimate(LatentUse latent) {
    return new BoundEstimate(10, 16, Map.of(), new Estimate(1.7, 0.01), latent);
  }
}
