package io.mulan.study;

import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.View;
import io.mulan.console.Countdown;
import io.mulan.console.Terminal;
import io.mulan.data.ImageSet;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.drawing.ImageGrid;
import io.mulan.drawing.Plot.NamedPlot;
import io.mulan.run.TrainedRun;
import io.mulan.sampling.Encodings;
import io.mulan.sampling.ScheduleGraph;
import io.mulan.tf.Tensors;
import io.mulan.training.TrainedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorflow.types.TFloat32;

/**
 * What a trained model's schedule does on some images, and what its latent makes of them.
 *
 * @param parts the images in the groups that are compared
 */
public record ScheduleStudy(
    DataConfig data, ImageGroups parts, LearnedNoise noise, LatentSpace latents) {
  private static final int TIMES = 101;

  /**
   * Computes it.
   *
   * @param images of the run's kind
   * @throws io.mulan.console.Stopped if that was asked for
   */
  public static ScheduleStudy of(TrainedRun run, ImageSet images, Terminal terminal) {
    DataConfig data = run.config().data();
    int batch = run.config().training().batch();
    double variance = new DiffusionModel(run.config(), run.image()).latentVariance();
    try (TrainedModel<ScheduleGraph> model = run.open(ScheduleGraph::build)) {
      Encodings encodings = new Encodings(model.session(), model.parts().encoding());
      List<float[]> likely = new ArrayList<>();
      List<float[]> means = new ArrayList<>();
      for (int first = 0; first < images.count(); first += batch) {
        int from = first;
        int count = Math.min(batch, images.count() - first);
        byte[] levels = images.copies(count, i -> from + i);
        float[] given = images.conditions(count, i -> from + i);
        try (TFloat32 latent = encodings.mostLikely(levels, given)) {
          addRows(likely, Tensors.floats(latent), count);
        }
        addRows(means, encodings.mean(levels, given), count);
      }
      LatentSpace latents = LatentSpace.of(images, means, variance);
      ImageGroups parts = parts(data, images);
      Countdown countdown = new Countdown(terminal, "times", TIMES, 0);
      LearnedNoise noise =
          LearnedNoise.of(
              model.session(),
              model.parts(),
              images,
              likely,
              IntStream.range(0, TIMES).mapToDouble(k -> (double) k / (TIMES - 1)).toArray(),
              Stream.concat(Stream.of(parts), latents.groups().stream()).toList(),
              batch,
              done -> {
                terminal.stopIfAsked();
                countdown.at(done);
              });
      countdown.end();
      return new ScheduleStudy(data, parts, noise, latents);
    }
  }

  private static void addRows(List<float[]> rows, float[] all, int count) {
    int width = all.length / count;
    for (int i = 0; i < count; i++) {
      rows.add(Arrays.copyOfRange(all, i * width, (i + 1) * width));
    }
  }

  /** What differs between the images, as far as the model or the study goes by it. */
  private static ImageGroups parts(DataConfig data, ImageSet images) {
    if (data.view() == View.INTENSITY) {
      return ImageGroups.greyHalves(images);
    }
    return data.classes() > 0
        ? ImageGroups.classes(images).orElseThrow()
        : ImageGroups.brightness(images);
  }

  /** Whether the schedule can go by the image. */
  boolean adaptive() {
    return latents.inUse() > 0 || data.conditions() > 0;
  }

  /** Which pictures are missing, and why. */
  List<String> missing() {
    List<String> missing = new ArrayList<>();
    if (!SchedulePlots.multivariate(noise)) {
      missing.add("maps and differences of pixels: the schedule is the same for all pixels");
    }
    if (!adaptive()) {
      missing.add("differences between images: " + latents.nothing());
    }
    if (!latents.isUsed()) {
      missing.add("the latent space: " + latents.nothing());
    } else if (!ImageGrid.shows(latents.images().shape())) {
      missing.add("maps of the latent space: images are shown that have 1 or 3 channels");
    }
    return missing;
  }

  /** The pictures of schedule and latents. */
  public List<NamedPlot> plots() {
    List<NamedPlot> plots = new ArrayList<>(SchedulePlots.of(noise));
    plots.addAll(ScheduleDifferences.of(noise, data.view(), adaptive()));
    plots.addAll(latents.plots());
    return plots;
  }
}
