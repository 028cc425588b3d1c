package io.mulan.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mulan.diffusion.BoundTerms;
import io.mulan.files.AtomicFile;
import io.mulan.files.IoReason;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.EventWriter;
import io.mulan.training.Interval;
import io.mulan.training.Metrics;
import io.mulan.training.MetricsLines;
import io.mulan.training.StepHistograms;
import io.mulan.training.TrainingListener;
import io.mulan.training.TrainingSession;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Writes what is measured in a run to {@code metrics.jsonl} and to TensorBoard, in bits/dim.
 * Seconds are those that steps took, over all sessions of the run; measuring the bound and saving
 * do not count.
 */
public final class MetricsFile implements TrainingListener, AutoCloseable {
  private static final Logger LOG = LogManager.getLogger(MetricsFile.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DAMAGED = ".damaged";

  private final Path file;
  private final FileChannel channel;
  private final BufferedWriter lines;
  private final EventWriter events;
  private final int every;
  private final double toBits;
  private final double[] sums;
  private final double workedBefore;
  private final long start;
  private int summed;
  private double seconds;
  private long counted = System.nanoTime();
  private boolean paused = true;
  private OptionalDouble evaluation = OptionalDouble.empty();

  /**
   * Continues the metrics of a run: lines of later steps are dropped, since they will come again.
   *
   * @param from where the run resumes
   * @param start when this program began to work on it, as {@link System#nanoTime} says
   * @param every steps that a line averages over
   * @param dimensions n of an image
   */
  public MetricsFile(Path folder, From from, long start, int every, int dimensions) {
    this.file = folder.resolve(Metrics.FILE);
    this.every = every;
    this.toBits = 1 / (dimensions * Math.log(2));
    this.start = start;
    List<MetricsLines.Line> kept = kept(from.step());
    Interval interval = from.interval().orElseGet(() -> sinceLastOf(kept));
    this.sums = interval.sums().stream().mapToDouble(Double::doubleValue).toArray();
    this.summed = interval.steps();
    this.seconds = interval.seconds();
    this.workedBefore = interval.worked();
    from.interval().ifPresent(known -> warnOfMissing(kept, from.step(), known));
    try {
      AtomicFile.write(file, kept.stream().map(l -> l.text() + "\n").collect(Collectors.joining()));
      channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
      lines = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unwritable(e);
    }
    events = new EventWriter(folder, from.step());
    kept.stream().filter(l -> l.step() == from.step()).forEach(this::again);
  }

  /**
   * Where a run resumes.
   *
   * @param interval that was kept with the checkpoint; empty for one of an older version
   */
  public record From(long step, Optional<Interval> interval) {

    /** The beginning. */
    public static final From START = new From(0, Optional.of(Interval.NONE));
  }

  /** Where TensorBoard's events go: of a folder it follows one file at a time. */
  public EventWriter events() {
    return events;
  }

  /** The bits/dim of an evaluation that was recorded at the step that the run resumes from. */
  public OptionalDouble evaluation() {
    return evaluation;
  }

  /** Seconds that all programs have worked on the run. */
  public double worked() {
    return workedBefore + (System.nanoTime() - start) / 1e9;
  }

  private List<MetricsLines.Line> kept(long step) {
    MetricsLines there = MetricsLines.read(file);
    if (!there.damaged().isEmpty()) {
      Path copy = file.resolveSibling(Metrics.FILE + DAMAGED);
      try {
        AtomicFile.write(copy, out -> Files.copy(file, out));
      } catch (IOException e) {
        throw unwritable(e);
      }
      LOG.warn(
          "{}, {}; left out, and the file as it was is kept as {}", file, there.damage(), copy);
    }
    if (there.cut()) {
      LOG.warn("{}: the last line was cut off, and is left out", file);
    }
    return there.whole().stream().filter(l -> l.step() <= step).toList();
  }

  /** Of a checkpoint that knows of none. */
  private static Interval sinceLastOf(List<MetricsLines.Line> kept) {
    Interval none = Interval.NONE;
    double seconds =
        kept.isEmpty() ? 0 : kept.get(kept.size() - 1).values().path(Metrics.SECONDS).asDouble();
    return new Interval(none.sums(), none.steps(), seconds, seconds);
  }

  /** That lines are gone which were there when the checkpoint was written. */
  private void warnOfMissing(List<MetricsLines.Line> kept, long step, Interval interval) {
    long last = kept.isEmpty() ? 0 : kept.get(kept.size() - 1).step();
    long wanted = step - interval.steps();
    if (interval.seconds() > 0 && last < wanted) {
      LOG.warn("{}: what was measured between step {} and {} is missing there", file, last, wanted);
    }
  }

  /** TensorBoard drops what it has of the step that a run resumes from. */
  private void again(MetricsLines.Line line) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    line.values()
        .properties()
        .forEach(
            value -> {
              if (!value.getKey().equals(Metrics.STEP) && !value.getKey().equals(Metrics.SECONDS)) {
                scalars.put(value.getKey(), value.getValue().asDouble(Double.NaN));
              }
            });
    events.scalars(line.step(), scalars);
    events.flush();
    if (line.isEvaluation()) {
      evaluation = OptionalDouble.of(line.values().path(Metrics.TEST_BOUND).asDouble());
    }
  }

  @Override
  public void stepping(long done, Supplier<StepHistograms> spread) {
    if (paused) {
      counted = System.nanoTime();
      paused = false;
    }
  }

  @Override
  public void stepped(long step, TrainingSession.Step values) {
    long now = System.nanoTime();
    seconds += (now - counted) / 1e9;
    counted = now;
    for (int i = 0; i < sums.length; i++) {
      sums[i] += values.terms()[i] * toBits;
    }
    summed++;
    if (step % every != 0) {
      return;
    }
    Map<String, Double> scalars = new LinkedHashMap<>();
    double total = 0;
    for (int i = 0; i < sums.length; i++) {
      scalars.put("train/" + BoundTerms.NAMES.get(i), sums[i] / summed);
      total += sums[i] / summed;
      sums[i] = 0;
    }
    summed = 0;
    scalars.put(Metrics.TRAIN_BOUND, total);
    scalars.put("train/gradient_norm", values.gradientNorm());
    write(step, scalars);
  }

  @Override
  public void evaluated(long step, BoundEstimate bound) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    bound.terms().forEach((name, f) -> scalars.put("test/" + name, f.bitsPerDim()));
    scalars.put(Metrics.TEST_BOUND, bound.total().bitsPerDim());
    if (bound.total().hasError()) {
      scalars.put("test/standard_error", bound.total().standardError());
    }
    if (bound.latent() != null) {
      scalars.put("latent/kl_nats", bound.latent().kl());
      scalars.put("latent/mutual_information_nats", bound.latent().mutualInformation());
      scalars.put("latent/components_in_use", (double) bound.latent().inUse());
    }
    write(step, scalars);
    paused = true;
  }

  @Override
  public Optional<Interval> recorded() {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw unwritable(e);
    }
    List<Double> since = Arrays.stream(sums).boxed().toList();
    return Optional.of(new Interval(since, summed, seconds, worked()));
  }

  @Override
  public void saved(long step, Path checkpoint) {
    paused = true;
  }

  private void write(long step, Map<String, Double> scalars) {
    ObjectNode line = JSON.createObjectNode().put(Metrics.STEP, step).put(Metrics.SECONDS, seconds);
    scalars.forEach(line::put);
    try {
      lines.write(JSON.writeValueAsString(line));
      lines.newLine();
      lines.flush();
    } catch (IOException e) {
      throw unwritable(e);
    }
    events.scalars(step, scalars);
    events.flush();
  }

  private CheckpointException unwritable(IOException e) {
    return new CheckpointException(
        file
            + " cannot be written: "
            + IoReason.of(e)
            + "; free some space, then resume with: mulan train --resume "
            + file.getParent(),
        e);
  }

  @Override
  public void close() {
    try (BufferedWriter closed = lines) {
      events.close();
    } catch (IOException e) {
      throw unwritable(e);
    }
  }
}
