package io.mulan.illustration;

import io.mulan.drawing.Chart;
import io.mulan.drawing.FieldMap;
import io.mulan.drawing.Panels;
import io.mulan.drawing.PictureFiles;
import io.mulan.drawing.Plot;
import io.mulan.illustration.Illustration.Given;
import io.mulan.illustration.Illustration.Learned;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The pictures of an {@link Illustration}. */
public final class IllustrationPictures {
  /** More would be so close that dashes vanish. */
  private static final int POINTS = 40;

  /** Colours of curls, in nats for each nat². */
  private static final double LINEAR = 0.01;

  private static final double LIMIT = 1;

  /** Of integrands; the cosine schedule's is higher at its ends. */
  private static final double HIGHEST = 40;

  private final Illustration illustration;
  private final Mixture data = Illustration.data();
  private final double[] times =
      IntStream.rangeClosed(0, POINTS).mapToDouble(i -> (double) i / POINTS).toArray();

  public IllustrationPictures(Illustration illustration) {
    this.illustration = illustration;
  }

  /**
   * Writes each as PNG and SVG.
   *
   * @return the names of the pictures, without extensions
   */
  public List<String> write(Path folder) {
    PictureFiles.plot(folder.resolve("paths"), paths());
    PictureFiles.plot(folder.resolve("integrands"), integrands());
    PictureFiles.plot(folder.resolve("gain"), gain());
    return List.of("paths", "integrands", "gain");
  }

  /** Schedules in the plane of both γ, over the curls of what they are integrals of. */
  private Plot paths() {
    Learned scalar = illustration.learned().get(0);
    Learned multivariate = illustration.learned().get(1);
    Learned adaptive = illustration.learned().get(2);
    FieldMap exact = map("Exact posterior mean: no curl", data.kind(0).exact());
    for (Given given : illustration.multivariate()) {
      line(exact, given.name(), given.curve());
    }
    FieldMap all = map("Limited network, all images", data.field(multivariate.network()));
    line(all, "scalar", scalar.curves().get(0));
    line(all, "learned, multivariate", multivariate.curves().get(0));
    FieldMap[] kinds = new FieldMap[2];
    for (int k = 0; k < 2; k++) {
      Field field = data.kind(k).field(adaptive.network());
      kinds[k] = map("Limited network, images of kind " + (k + 1), field);
      line(kinds[k], "scalar", scalar.curves().get(k));
      line(kinds[k], "learned, adaptive", adaptive.curves().get(k));
    }
    return new Panels(
        "Schedules of two pixels over the curl of the diffusion term's field",
        2,
        List.of(exact, all, kinds[0], kinds[1]));
  }

  private static FieldMap map(String title, Field field) {
    return new FieldMap(
        title,
        "γ₁ = −log SNR of pixel 1, nats",
        "γ₂ = −log SNR of pixel 2, nats",
        Illustration.MIN,
        Illustration.MAX,
        field::curl,
        "curl, nats/nat²",
        LINEAR,
        LIMIT);
  }

  private void line(FieldMap map, String name, Curve curve) {
    double[][] gamma = curve.at(times).gamma();
    map.line(name, column(gamma, 0), column(gamma, 1));
  }

  private static double[] column(double[][] pairs, int index) {
    return IntStream.range(0, pairs.length).mapToDouble(i -> pairs[i][index]).toArray();
  }

  /** What is integrated over t: all of it for scalar schedules, the excess for learned ones. */
  private Plot integrands() {
    SharedGain network = illustration.learned().get(0).network();
    Field field = data.field(network);
    Nats area = illustration.scalar().get(0).curve().integral(field);
    Chart scalar =
        new Chart(
                String.format(
                    Locale.ROOT, "Scalar schedules: each area is %.3f nats", area.value()),
                "t",
                "diffusion term's integrand, nats")
            .between(0, HIGHEST);
    for (Given given : illustration.scalar()) {
      scalar.line(given.name(), times, given.curve().integrand(field, times));
    }
    Chart excess =
        new Chart(
            "Learned schedules: the area is what the bound loses",
            "t",
            "excess error's integrand, nats");
    for (Learned learned : illustration.learned()) {
      excess.line(learned.name(), times, learned.excess(data, times));
    }
    return new Panels("Integrands over time", 1, List.of(scalar, excess));
  }

  /** Bounds while they are learned. */
  private Plot gain() {
    Chart chart = new Chart("The bound while schedule and network learn", "step", "nats an image");
    double last = 0;
    for (Learned learned : illustration.learned()) {
      chart.line(learned.name(), learned.steps(), learned.bounds());
      last = learned.steps()[learned.steps().length - 1];
    }
    double entropy = illustration.entropy().value();
    return chart.line(
        "entropy of the data", new double[] {0, last}, new double[] {entropy, entropy});
  }
}
