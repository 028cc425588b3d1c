package io.mulan.run;

import io.mulan.config.RunConfig;
import io.mulan.console.Text;
import io.mulan.data.Dataset;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.likelihood.LatentUse;
import java.util.Locale;
import java.util.Objects;

/** What a finished run prints. */
public final class TrainingReport {
  private TrainingReport() {}

  /** How the bound was computed. */
  static String method(BoundEstimate bound, RunConfig config) {
    return "%s; %d stratified times for each of %d test images; standard error over images%s"
        .formatted(bound(config), bound.timesPerImage(), bound.images(), caveat(config));
  }

  /** Which bound. */
  public static String bound(RunConfig config) {
    int steps = config.loss().timesteps();
    return "variational bound in "
        + (steps == 0 ? "continuous time" : steps + " time steps")
        + " with averaged weights";
  }

  /** What is to be said of a bound that may be none. */
  public static String caveat(RunConfig config) {
    return config.latent().approximate()
        ? "; latent KL as published (of one categorical variable, not of the k-subset), so not"
            + " strictly a bound"
        : "";
  }

  /** What figures over so many images are uncertain by, in words. */
  public static String error(int images) {
    return images == 1
        ? "one image, which has no standard error"
        : "standard error over " + images + " images";
  }

  /** What the latent says about the images, in a line. */
  public static String use(LatentUse use) {
    String line =
        String.format(
            Locale.ROOT,
            "KL %.3f nats, mutual information %.3f nats, %d of %d components in use",
            use.kl(),
            unsigned(use.mutualInformation()),
            use.inUse(),
            use.size());
    if (Objects.equals(use.images(), LatentUse.MOST_IMAGES)) {
      line += " (of " + Text.count(use.images()) + " images, spread evenly)";
    }
    if (use.collapsed()) {
      return line + ": collapsed, it does not depend on the image";
    }
    return use.dependsLittle() ? line + ": it depends little on the image" : line;
  }

  /** An estimate of nothing has either sign: as it is shown, without that of a zero. */
  private static double unsigned(double nats) {
    return Math.rint(nats * 1000) / 1000 + 0.0;
  }

  public static String of(RunResult result, RunFolder run, Dataset data) {
    StringBuilder text = new StringBuilder();
    text.append("\nbits/dim on the test images of ").append(data.name());
    text.append(" after ").append(result.steps()).append(" steps\n");
    result
        .bound()
        .terms()
        .forEach(
            (name, f) ->
                text.append(String.format("  %-16s %s%n", label(name, run.config()), f.text())));
    text.append(String.format("  %-16s %s%n", "total", result.bound().total().text()));
    text.append(
        String.format(
            Locale.ROOT,
            "  %-16s %.4f (entropy of independent pixels on the training images: %.4f)%n",
            "pixels alone",
            result.independentPixels(),
            result.pixelEntropy()));
    text.append("how: ").append(result.method()).append('\n');
    if (result.bound().latent() != null) {
      text.append("latent: ").append(use(result.bound().latent())).append('\n');
    }
    text.append('\n');
    text.append(Text.weights(result.parameters())).append('\n');
    text.append("time      ").append(Text.duration(result.seconds())).append('\n');
    text.append("run       ")
        .append(run.path())
        .append(" (checkpoints, metrics.jsonl, TensorBoard");
    text.append(" events, mulan.log, result.json; best checkpoint: step ");
    text.append(result.bestStep()).append(")\n");
    return text.toString();
  }

  private static String label(String term, RunConfig config) {
    return term.equals("latent") && config.latent().approximate() ? "latent (publ.)" : term;
  }
}
