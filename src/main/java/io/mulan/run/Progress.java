package io.mulan.run;

import io.mulan.config.TrainingConfig;
import io.mulan.console.Terminal;
import io.mulan.console.Text;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.training.TrainingListener;
import io.mulan.training.TrainingSession;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Shows a run as it goes: on a terminal one line that changes, else a line every so many steps.
 * Bits/dim are the mean since the line before.
 */
public final class Progress implements TrainingListener {
  private static final Logger LOG = LogManager.getLogger(Progress.class);

  /** No latent depends on the image before it has learned. */
  private static final long COLLAPSE_IS_EXPECTED = 100;

  private static final long REDRAW_NANOS = 500_000_000;

  private final int steps;
  private final int every;
  private final int batch;
  private final double toBits;
  private final Terminal terminal;
  private final Frame frame;
  private double sum;
  private int summed;
  private long lastDrawn = System.nanoTime();
  private double secondsPerStep;

  /** Whether the user knows that no latent depends on the image. */
  private boolean collapsed;

  /** What a line says in addition to the progress, where the run is one of several. */
  @FunctionalInterface
  public interface Frame {
    Frame NONE = (step, line) -> line;

    /** The line with it, after this step. */
    String around(long step, String line);
  }

  Progress(TrainingConfig config, int dimensions, Terminal terminal, Frame frame) {
    this.steps = config.steps();
    this.every = config.logEvery();
    this.batch = config.batch();
    this.toBits = 1 / (dimensions * Math.log(2));
    this.terminal = terminal;
    this.frame = frame;
  }

  @Override
  public void stepped(long step, TrainingSession.Step values) {
    sum += values.total() * toBits;
    summed++;
    long now = System.nanoTime();
    boolean due = terminal.isLive() ? now - lastDrawn > REDRAW_NANOS : step % every == 0;
    if (!due && step != steps) {
      return;
    }
    // The first steps build and warm up; a moving mean forgets them.
    double recent = (now - lastDrawn) / 1e9 / summed;
    secondsPerStep = secondsPerStep == 0 ? recent : 0.7 * secondsPerStep + 0.3 * recent;
    show(step, sum / summed);
    sum = 0;
    summed = 0;
    lastDrawn = now;
  }

  private void show(long step, double bitsPerDim) {
    String line =
        frame.around(
            step,
            String.format(
                Locale.ROOT,
                "step %d/%d  %.3f bits/dim  %.0f images/s  %s left",
                step,
                steps,
                bitsPerDim,
                batch / secondsPerStep,
                Text.duration((steps - step) * secondsPerStep)));
    terminal.progress(LOG, line);
  }

  @Override
  public void evaluating(long step, int imagesDone, int images) {
    terminal.draw("step " + step + ": evaluating " + imagesDone + "/" + images + " test images");
  }

  @Override
  public void evaluated(long step, BoundEstimate bound) {
    terminal.erase();
    LOG.info("step {}: {} bits/dim on {} test images", step, bound.total().text(), bound.images());
    if (bound.latent() != null) {
      boolean before = collapsed;
      collapsed = bound.latent().collapsed() && step > COLLAPSE_IS_EXPECTED;
      Level level = !collapsed ? Level.INFO : before ? Level.DEBUG : Level.WARN;
      LOG.log(level, "latent: {}", TrainingReport.use(bound.latent()));
    }
    lastDrawn = System.nanoTime();
  }

  @Override
  public void saved(long step, Path checkpoint) {
    LOG.debug("saved {}", checkpoint);
    lastDrawn = System.nanoTime();
  }
}
