package io.mulan.run;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.Conditions;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.drawing.Chart;
import io.mulan.drawing.ImageGrid;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.nn.Weights;
import io.mulan.sampling.Encodings;
import io.mulan.sampling.ImageSampler;
import io.mulan.sampling.Sampler;
import io.mulan.sampling.SamplingGraph;
import io.mulan.sampling.ScheduleGraph;
import io.mulan.tf.EventWriter;
import io.mulan.tf.Maths;
import io.mulan.tf.Tensors;
import io.mulan.training.Checkpoints;
import io.mulan.training.TrainedModel;
import io.mulan.training.TrainingListener;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Shows in TensorBoard what the averaged model of an evaluation draws, always from the same noise,
 * and the noise it has learned. It has a model of its own, with the weights of the checkpoint that
 * was evaluated: what trains is not touched.
 */
final class RunPictures implements TrainingListener, AutoCloseable {
  private static final int SAMPLES = 16;
  private static final int STEPS = 32;

  /** Test images whose schedules are shown. */
  private static final int SCHEDULES = 8;

  /** From t = 0 to t = 1. */
  private static final int TIMES = 21;

  /** Of {@link #TIMES}: one picture of σ² for so many. */
  private static final int BETWEEN_MAPS = 4;

  private static final int LEVELS = 256;

  private final EventWriter events;
  private final RunConfig config;
  private final Checkpoints checkpoints;
  private final ImageSet shown;
  private final BooleanSupplier stopAsked;
  private TrainedModel<Parts> model;

  private record Parts(SamplingGraph sampling, ScheduleGraph schedule) {}

  RunPictures(
      EventWriter events,
      RunConfig config,
      Checkpoints checkpoints,
      ImageSet test,
      BooleanSupplier stopAsked) {
    this.stopAsked = stopAsked;
    this.events = events;
    this.config = config;
    this.checkpoints = checkpoints;
    this.shown = test.first(SCHEDULES);
  }

  @Override
  public void evaluated(long step, BoundEstimate bound) {
    draw(step);
  }

  /** Draws what the checkpoint of this step gives, unless a stop is asked for meanwhile. */
  void draw(long step) {
    if (config.training().summariesEvery() == 0 || stopAsked.getAsBoolean()) {
      return;
    }
    if (model == null) {
      model = new TrainedModel<>(config, shown.shape(), RunPictures::parts);
    }
    checkpoints.restore(model, step);
    double[][] gamma = gamma();
    events.picture(step, "schedule/gamma", chart(gamma).picture(1));
    if (ImageGrid.shows(shown.shape())) {
      events.picture(step, "schedule/sigma2", maps(gamma));
      samples().ifPresent(samples -> events.picture(step, "samples", ImageGrid.of(samples)));
    }
    events.flush();
  }

  private static Parts parts(
      Maths<TFloat32> m, DiffusionModel diffusion, Weights<TFloat32> weights) {
    return new Parts(
        SamplingGraph.build(m, diffusion, weights, Sampler.ANCESTRAL),
        ScheduleGraph.build(m, diffusion, weights));
  }

  /** Nothing if a stop is asked for meanwhile. */
  private Optional<ImageSet> samples() {
    ImageSampler sampler = new ImageSampler(model.session(), model.parts().sampling(), 0);
    int classes = Math.max(1, config.data().classes());
    float[] given = Conditions.of(config.data()).of(SAMPLES, i -> i % classes);
    try (TFloat32 latents = sampler.latents(0, SAMPLES, given)) {
      ImageSampler.State state = ImageSampler.State.of(sampler.noise(0, SAMPLES));
      for (int step = 0; step < STEPS; step++) {
        if (stopAsked.getAsBoolean()) {
          return Optional.empty();
        }
        state = sampler.advance(state, latents, 0, step, step + 1, STEPS);
      }
      byte[] levels = sampler.mostLikely(state.z(), latents);
      return Optional.of(new ImageSet("samples", shown.shape(), config.data().levels(), levels));
    }
  }

  /** γ of all pixels of the images that are shown, at each time. */
  private double[][] gamma() {
    int count = shown.count();
    byte[] levels = shown.copies(count, i -> i);
    Encodings encodings = new Encodings(model.session(), model.parts().schedule().encoding());
    try (TFloat32 latents = encodings.mostLikely(levels, shown.conditions(count, i -> i))) {
      return IntStream.range(0, TIMES)
          .mapToObj(i -> gamma(latents, time(i)))
          .toArray(double[][]::new);
    }
  }

  private double[] gamma(TFloat32 latents, double time) {
    ScheduleGraph schedule = model.parts().schedule();
    try (TFloat64 t = TFloat64.scalarOf(time);
        Result result =
            model
                .session()
                .runner()
                .feed(schedule.encoding().latent(), latents)
                .feed(schedule.time(), t)
                .fetch(schedule.gamma())
                .run()) {
      return Tensors.doubles((TFloat64) result.get(0));
    }
  }

  private static double time(int i) {
    return (double) i / (TIMES - 1);
  }

  private static Chart chart(double[][] gamma) {
    double[] t = IntStream.range(0, TIMES).mapToDouble(RunPictures::time).toArray();
    List<DoubleSummaryStatistics> at =
        Arrays.stream(gamma).map(g -> Arrays.stream(g).summaryStatistics()).toList();
    return new Chart("γ: mean and range over pixels and images", "t", "γ")
        .band(
            "γ",
            t,
            at.stream().mapToDouble(DoubleSummaryStatistics::getMin).toArray(),
            at.stream().mapToDouble(DoubleSummaryStatistics::getMax).toArray())
        .line("γ", t, at.stream().mapToDouble(DoubleSummaryStatistics::getAverage).toArray());
  }

  /** The images, and below them σ² = sigmoid(γ) of each pixel, from 0, black, to 1. */
  private BufferedImage maps(double[][] gamma) {
    ImageShape shape = shown.shape();
    List<ImageSet> rows = new ArrayList<>(List.of(shown));
    List<String> labels = new ArrayList<>(List.of("x"));
    for (int i = BETWEEN_MAPS / 2; i < TIMES; i += BETWEEN_MAPS) {
      byte[] levels = new byte[gamma[i].length];
      for (int k = 0; k < levels.length; k++) {
        levels[k] = (byte) Math.round((LEVELS - 1) / (1 + Math.exp(-gamma[i][k])));
      }
      rows.add(new ImageSet("σ²", shape, LEVELS, levels));
      labels.add("t = " + time(i));
    }
    return ImageGrid.rows(rows, labels);
  }

  @Override
  public void close() {
    if (model != null) {
      model.close();
    }
  }
}
