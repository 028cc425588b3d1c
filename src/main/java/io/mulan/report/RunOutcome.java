package io.mulan.report;

import io.mulan.console.Text;
import io.mulan.training.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a run came and why no further, by its result and its {@code mulan.log}.
 *
 * @param step it is known to have reached
 * @param why in words, of one that is not finished: what the log says last
 */
record RunOutcome(Kind kind, long step, String why) {

  /** What became of a run. */
  enum Kind {
    /** All steps were taken and the bound was measured. */
    FINISHED,
    /** A term or gradient was not finite, or the schedule did not increase. */
    DIVERGED,
    /** It was asked to stop. */
    INTERRUPTED,
    /** The log tells no end: it is going on, or was killed. */
    OPEN,
    /** Its weights come from elsewhere. */
    IMPORTED
  }

  private static final Pattern EVENT =
      Pattern.compile(
          " (?<diverged>training diverged at step (?<at>\\d+): (?<why>.*?)(; the checkpoint.*)?)$"
              + "| (?<interrupted>interrupted at step (?<stop>\\d+), saved.*)$"
              + "| (?<begun>(training in|going on in) .*)$");

  static RunOutcome of(Path run, boolean finished, Metrics metrics, List<Long> checkpoints) {
    long step = checkpoints.isEmpty() ? 0 : checkpoints.get(checkpoints.size() - 1);
    step = Math.max(step, metrics.lastStep());
    if (finished) {
      return new RunOutcome(Kind.FINISHED, step, "");
    }
    Path log = run.resolve("mulan.log");
    if (!Files.exists(log)) {
      return new RunOutcome(metrics.lastStep() == 0 ? Kind.IMPORTED : Kind.OPEN, step, "");
    }
    RunOutcome end = new RunOutcome(Kind.OPEN, step, "");
    for (String line : text(log).lines().toList()) {
      Matcher event = EVENT.matcher(line);
      if (event.find()) {
        end = event(event, step);
      }
    }
    return end;
  }

  private static RunOutcome event(Matcher event, long step) {
    if (event.group("diverged") != null) {
      return new RunOutcome(Kind.DIVERGED, Long.parseLong(event.group("at")), event.group("why"));
    }
    return event.group("interrupted") != null
        ? new RunOutcome(Kind.INTERRUPTED, Long.parseLong(event.group("stop")), "")
        : new RunOutcome(Kind.OPEN, step, "");
  }

  private static String text(Path log) {
    try {
      return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end in a few words. */
  String inWords(int steps) {
    String of = Text.count(step) + " of " + Text.count(steps);
    return switch (kind) {
      case FINISHED -> Text.count(steps);
      case DIVERGED -> of + ", diverged";
      case INTERRUPTED -> of + ", interrupted";
      case OPEN -> of + ", not finished";
      case IMPORTED -> Text.count(step) + ", imported";
    };
  }
}
