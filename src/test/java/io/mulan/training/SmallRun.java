package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.data.Batches;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;
import io.mulan.likelihood.BoundEstimate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/** Runs on the digits, as published, with a network so small that a step takes milliseconds. */
public final class SmallRun {
  private static final List<String> SETTINGS =
      List.of(
          "schedule.width=6",
          "latent.size=6",
          "latent.k=2",
          "network.channels=8",
          "network.layers=1",
          "network.groups=2",
          "network.dropout=0.1",
          "training.batch=16",
          "training.times_per_image=1",
          "training.warmup_steps=2",
          "training.evaluate_every=0");

  private static final int STEPS = 3;

  private SmallRun() {}

  public static RunConfig config(String... more) {
    List<String> settings = new ArrayList<>(SETTINGS);
    settings.addAll(List.of(more));
    return ConfigReader.preset("digits-published", settings.toArray(String[]::new));
  }

  /** Of a VDM: where the model does not matter, half the graph. */
  public static RunConfig plain(String... more) {
    List<String> settings = new ArrayList<>(List.of("latent.kind=none", "schedule.kind=scalar"));
    settings.addAll(List.of(more));
    return config(settings.toArray(String[]::new));
  }

  public static TrainingSession session(RunConfig config, boolean compiled) {
    return new TrainingSession(config, data(config).train().shape(), compiled);
  }

  /** A step with the batch of this number. */
  static TrainingSession.Step step(TrainingSession session, RunConfig config, long number) {
    ImageSet train = data(config).train();
    int size = config.training().batch();
    byte[] images = new byte[size * train.shape().size()];
    float[] given = new float[size * train.conditions().size()];
    new Batches(train, size, config.training().seed()).fill(number, images, given);
    return session.step(images, given);
  }

  /**
   * Compares the first steps of two models on the same batches.
   *
   * @param compiled whether XLA compiles the steps of the second
   * @param check takes a step of the first and of the second
   */
  static void compare(
      RunConfig first,
      RunConfig second,
      boolean compiled,
      BiConsumer<TrainingSession.Step, TrainingSession.Step> check) {
    try (TrainingSession one = session(first, false);
        TrainingSession two = session(second, compiled)) {
      one.initialize();
      two.initialize();
      for (int step = 0; step < STEPS; step++) {
        check.accept(step(one, first, step), step(two, second, step));
      }
    }
  }

  /**
   * That two steps see the same.
   *
   * @param ofTerms largest error of a term, relative to their sum
   * @param ofGradients of a gradient's norm, relative to that of all
   */
  static BiConsumer<TrainingSession.Step, TrainingSession.Step> within(
      float ofTerms, float ofGradients) {
    return (expected, actual) -> {
      assertArrayEquals(expected.terms(), actual.terms(), ofTerms * (float) expected.total());
      assertArrayEquals(
          expected.gradientNorms(),
          actual.gradientNorms(),
          ofGradients * (float) expected.gradientNorm());
    };
  }

  public static Dataset data(RunConfig config) {
    return Datasets.open(config.data());
  }

  /** Trains in a folder from its newest checkpoint, or from the start, in a session of its own. */
  public static Optional<BoundEstimate> train(
      Path folder,
      RunConfig config,
      List<? extends TrainingListener> listeners,
      BooleanSupplier stop) {
    try (TrainingSession session = session(config, false)) {
      return train(session, folder, config, listeners, stop);
    }
  }

  /** The same in a session that is there; whatever it holds is forgotten. */
  public static Optional<BoundEstimate> train(
      TrainingSession session,
      Path folder,
      RunConfig config,
      List<? extends TrainingListener> listeners,
      BooleanSupplier stop) {
    Checkpoints checkpoints = new Checkpoints(folder, config.training().keep());
    if (checkpoints.restoreNewest(session).isEmpty()) {
      session.initialize();
    }
    return new Trainer(config.training(), session, data(config), checkpoints, listeners, stop)
        .run();
  }

  public static Optional<BoundEstimate> train(Path folder, RunConfig config) {
    return train(folder, config, List.of(), () -> false);
  }
}
