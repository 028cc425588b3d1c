package io.mulan.benchmark;

import io.mulan.config.RunConfig;
import io.mulan.data.Batches;
import io.mulan.data.Datasets;
import io.mulan.data.ImageSet;

/** The way of training images into batches, alone. */
public final class InputPipeline {
  private final byte[] target;
  private final Batches batches;
  private final int perEpoch;
  private long next;

  private InputPipeline(RunConfig config) {
    ImageSet train = Datasets.open(config.data()).train();
    int batch = config.training().batch();
    batches = new Batches(train, batch, config.training().seed());
    target = new byte[train.shape().bytes(batch)];
    perEpoch = (train.count() - 1) / batch + 1;
  }

  /**
   * Measures the batches of so many epochs; times are those of a batch, its part of the shuffling
   * among them.
   *
   * @throws io.mulan.config.ConfigException if the images can't be had
   */
  public static StepMeasurement measure(RunConfig config, int epochs) {
    long start = System.nanoTime();
    InputPipeline input = new InputPipeline(config);
    double build = (System.nanoTime() - start) / 1e9;
    StepTiming timing = StepTiming.measure(input::epoch, epochs).dividedBy(input.perEpoch);
    double speed = config.training().batch() / timing.medianSeconds();
    return new StepMeasurement(build, timing, speed, null, null, null, null);
  }

  private void epoch() {
    for (int i = 0; i < perEpoch; i++) {
      batches.fill(next++, target);
    }
  }
}
