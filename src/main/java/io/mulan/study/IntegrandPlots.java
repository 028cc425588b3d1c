package io.mulan.study;

import io.mulan.data.ImageSet;
import io.mulan.diffusion.BoundTerms;
import io.mulan.drawing.Chart;
import io.mulan.drawing.Plot.NamedPlot;
import io.mulan.likelihood.BoundGraph;
import io.mulan.likelihood.Draws;
import io.mulan.likelihood.Estimate;
import io.mulan.run.TrainedRun;
import io.mulan.tf.GraphSession;
import io.mulan.tf.ImageBatch;
import io.mulan.training.TrainedModel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;

/** Where along t the diffusion term of the bound comes from. */
final class IntegrandPlots {
  private static final int INTERVALS = 32;
  private static final int DRAWS = 1;
  private static final long SEED = 0;

  /** Of the highest point. */
  private static final double HEADROOM = 1.05;

  private static final String UNIT = "bits/dim per unit of t";

  private IntegrandPlots() {}

  /**
   * Measured on images.
   *
   * @param groups parts of them, for a picture of its own
   * @param done called after each batch with the number of images done
   */
  static List<NamedPlot> of(TrainedRun run, ImageSet images, ImageGroups groups, IntConsumer done) {
    // By t, whatever times the model was trained on.
    TrainedRun continuous = run.with("loss.timesteps=0", "loss.times=antithetic");
    try (TrainedModel<BoundGraph> model = continuous.open(BoundGraph::build)) {
      int batch = run.config().training().batch();
      Integrand integrand =
          Integrand.of(model.session(), model.parts(), images, batch, INTERVALS, DRAWS, SEED, done);
      return plots(integrand, images, groups);
    }
  }

  private static List<NamedPlot> plots(Integrand integrand, ImageSet images, ImageGroups groups) {
    int n = images.shape().size();
    Estimate[] all = integrand.figures(n, i -> true);
    double term = Arrays.stream(all).mapToDouble(Estimate::bitsPerDim).average().orElseThrow();
    NamedPlot whole =
        new NamedPlot(
            "integrand",
            String.format(
                Locale.ROOT,
                "The diffusion term before it is integrated over t, on %d images; band: one standard"
                    + " error; the area is the term, %.4f bits/dim.",
                images.count(),
                term),
            line(
                chart("The loss integrand", List.<Estimate[]>of(all)),
                "all images",
                integrand,
                all));
    List<Estimate[]> ofGroups =
        IntStream.range(0, groups.count())
            .mapToObj(g -> integrand.figures(n, i -> groups.of()[i] == g))
            .toList();
    Chart parts = chart("The loss integrand by " + groups.what(), ofGroups);
    for (int g = 0; g < groups.count(); g++) {
      line(parts, groups.names().get(g), integrand, ofGroups.get(g));
    }
    return List.of(
        whole,
        new NamedPlot(
            "integrand_by_" + groups.what().replace(' ', '_'),
            "The same for parts of the images; bands: one standard error.",
            parts));
  }

  /** From zero on, so that the area below a line can be seen. */
  private static Chart chart(String title, List<Estimate[]> shown) {
    double most =
        shown.stream()
            .flatMap(Arrays::stream)
            .mapToDouble(f -> f.bitsPerDim() + f.errorBar())
            .max()
            .orElseThrow();
    return new Chart(title, SchedulePlots.TIME, UNIT).between(0, HEADROOM * most);
  }

  private static Chart line(Chart chart, String name, Integrand integrand, Estimate[] figures) {
    return chart
        .band(
            name,
            integrand.times(),
            values(figures, f -> f.bitsPerDim() - f.errorBar()),
            values(figures, f -> f.bitsPerDim() + f.errorBar()))
        .line(name, integrand.times(), values(figures, Estimate::bitsPerDim));
  }

  private static double[] values(Estimate[] figures, ToDoubleFunction<Estimate> value) {
    return Arrays.stream(figures).mapToDouble(value).toArray();
  }

  /**
   * The diffusion term of the bound before it is integrated over t: ½ Σ γ'(t) (ε - ε̂)², in
   * intervals of equal length. Its mean over all of them is the term.
   *
   * @param nats mean in each interval, for each image: per unit of t [intervals][images]
   */
  private record Integrand(double[][] nats) {
    private static final int DIFFUSION = BoundTerms.NAMES.indexOf("diffusion");

    /**
     * Measures it, each image as often in each interval.
     *
     * @param graph of a model in continuous time, whose times are not chosen by importance
     * @param batch draws in one run
     * @param draws of an image in an interval
     * @param seed of times and noise
     * @param done called after each batch with the number of images done
     */
    static Integrand of(
        GraphSession session,
        BoundGraph graph,
        ImageSet images,
        int batch,
        int intervals,
        int draws,
        long seed,
        IntConsumer done) {
      int perImage = intervals * draws;
      double[][] nats = new double[intervals][images.count()];
      long rows = (long) images.count() * perImage;
      for (long row = 0; row < rows; row += batch) {
        Draws drawn = new Draws(0, row, (int) Math.min(batch, rows - row), perImage);
        try (ImageBatch fed = drawn.of(images);
            Result result =
                graph.run(
                    session, fed, drawn, perImage, seed, List.of(graph.times(), graph.terms()))) {
          TFloat32 times = (TFloat32) result.get(0);
          TFloat32 terms = (TFloat32) result.get(1);
          for (int i = 0; i < drawn.size(); i++) {
            // Times are in [0,1), but a product with the number of intervals may be rounded up to
            // it.
            int interval = Math.min((int) (times.getFloat(i) * intervals), intervals - 1);
            nats[interval][drawn.image(i)] += terms.getFloat(DIFFUSION, i) / draws;
          }
        }
        done.accept((int) ((row + drawn.size()) / perImage));
      }
      return new Integrand(nats);
    }

    /** The middle of each interval. */
    double[] times() {
      return IntStream.range(0, nats.length).mapToDouble(i -> (i + 0.5) / nats.length).toArray();
    }

    /**
     * Bits/dim per unit of t in each interval, with standard errors over images.
     *
     * @param dimensions n of an image
     * @param taken which images count
     */
    Estimate[] figures(int dimensions, IntPredicate taken) {
      int[] images = IntStream.range(0, nats[0].length).filter(taken).toArray();
      return Arrays.stream(nats)
          .map(
              all ->
                  Estimate.of(IntStream.of(images).mapToDouble(i -> all[i]).toArray(), dimensions))
          .toArray(Estimate[]::new);
    }
  }
}
