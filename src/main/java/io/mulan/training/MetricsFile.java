package io.mulan.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mulan.diffusion.BoundTerms;
import io.mulan.files.AtomicFile;
import io.mulan.files.IoReason;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.EventWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes what is measured in a run to {@code metrics.jsonl} and to TensorBoard, in bits/dim.
 * Seconds are those that steps took, over all the times the run was gone on with; measuring the
 * bound and saving do not count.
 */
public final class MetricsFile implements TrainingListener, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final BufferedWriter lines;
  private final EventWriter events;
  private final int every;
  private final double toBits;
  private final double[] sums = new double[BoundTerms.NAMES.size()];
  private int summed;
  private double seconds;
  private long counted = System.nanoTime();

  /**
   * Goes on with the metrics of a run.
   *
   * @param step from where the run goes on: lines of later steps are dropped, since they will come
   *     again
   * @param every steps that a line averages over
   * @param dimensions n of an image
   */
  public MetricsFile(Path folder, long step, int every, int dimensions) {
    this.file = folder.resolve(Metrics.FILE);
    this.every = every;
    this.toBits = 1 / (dimensions * Math.log(2));
    try {
      List<String> kept = linesUpTo(step);
      AtomicFile.write(file, kept.stream().map(line -> line + "\n").collect(Collectors.joining()));
      lines = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw unwritable(e);
    }
    events = new EventWriter(folder);
  }

  /** Where TensorBoard's events go: of a folder it follows one file at a time. */
  public EventWriter events() {
    return events;
  }

  private List<String> linesUpTo(long step) throws IOException {
    List<String> kept = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        // A line cut by a crash has no end, and is of a step that comes again.
        if (line.endsWith("}")) {
          JsonNode values = JSON.readTree(line);
          if (values.path(Metrics.STEP).asLong() <= step) {
            kept.add(line);
            seconds = values.path(Metrics.SECONDS).asDouble();
          }
        }
      }
    }
    return kept;
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
    counted = System.nanoTime();
  }

  @Override
  public void saved(long step, Path checkpoint) {
    counted = System.nanoTime();
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
            + " can't be written: "
            + IoReason.of(e)
            + "; free some space, then go on with: mulan train --resume "
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
