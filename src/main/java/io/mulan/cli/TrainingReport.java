package io.mulan.cli;

import io.mulan.data.Dataset;
import io.mulan.likelihood.BoundEstimate;
import io.mulan.training.RunFolder;
import io.mulan.training.RunResult;
import java.util.Locale;

/** What a finished run prints. */
final class TrainingReport {
  private TrainingReport() {}

  /** How the bound was computed. */
  static String method(BoundEstimate bound) {
    return "variational bound with averaged weights; %d stratified times for each of %d test images;"
            .formatted(bound.timesPerImage(), bound.images())
        + " standard error over images; latent KL as published (of one categorical variable, not of"
        + " the k-subset), so not strictly a bound";
  }

  static String of(RunResult result, RunFolder run, Dataset data) {
    StringBuilder text = new StringBuilder();
    text.append("\nbits/dim on the test images of ").append(data.name());
    text.append(" after ").append(result.steps()).append(" steps\n");
    result
        .bound()
        .terms()
        .forEach(
            (name, f) ->
                text.append(String.format("  %-16s %s%n", label(name), Figures.withError(f))));
    text.append(String.format("  %-16s %s%n", "total", Figures.withError(result.bound().total())));
    text.append(
        String.format(
            Locale.ROOT,
            "  %-16s %.4f (entropy of independent pixels on the training images: %.4f)%n",
            "pixels alone",
            result.independentPixels(),
            result.pixelEntropy()));
    text.append("how: ").append(result.method()).append("\n\n");
    text.append(Parameters.table(result.parameters())).append('\n');
    text.append("time      ").append(Durations.of(result.seconds())).append('\n');
    text.append("run       ")
        .append(run.path())
        .append(" (checkpoints, metrics.jsonl, TensorBoard");
    text.append(" events, mulan.log, result.json; best checkpoint: step ");
    text.append(result.bestStep()).append(")\n");
    return text.toString();
  }

  private static String label(String term) {
    return term.equals("latent") ? "latent (publ.)" : term;
  }
}
