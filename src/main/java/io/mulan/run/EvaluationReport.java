package io.mulan.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.mulan.console.Text;
import io.mulan.likelihood.Estimate;
import io.mulan.likelihood.LatentUse;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * What an evaluation found, and everything needed to repeat it.
 *
 * @param method bound or exact
 * @param how it was computed, in words
 * @param images what was measured, in words
 * @param choice the options that choose these images again, but for their number; null in files of
 *     older versions
 * @param count how many images
 * @param step of the checkpoint
 * @param weights a checksum of the checkpoint's index
 * @param settings of the evaluation
 * @param terms means over images
 * @param total their sum
 * @param evaluations of the vector field for the paths of a batch, mean over images; null if not
 *     exact
 * @param solver what ten times the solver's tolerances change; null if not exact
 * @param seconds spent measuring, in all programs that took part
 */
public record EvaluationReport(
    String method,
    String how,
    String images,
    @JsonInclude(JsonInclude.Include.NON_NULL) Map<String, String> choice,
    int count,
    long step,
    String weights,
    Map<String, Object> settings,
    Map<String, Estimate> terms,
    Estimate total,
    @JsonInclude(JsonInclude.Include.NON_NULL) Double evaluations,
    @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("ten_times_the_tolerances")
        SolverError solver,
    @JsonInclude(JsonInclude.Include.NON_NULL) LatentUse latent,
    double seconds,
    @JsonProperty("seconds_per_image") double secondsPerImage,
    Map<String, String> versions) {

  /**
   * How far the figures move, bits/dim.
   *
   * @param images it was tried with
   * @param mean of them
   * @param image root mean square
   */
  record SolverError(int images, double mean, double image) {}

  public void write(Path file) {
    Provenance.write(file, this);
  }

  /** For the eye. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append("\nbits/dim on ").append(images).append(", weights of step ").append(step);
    text.append('\n');
    terms.forEach((name, f) -> text.append(row(name, f.text())));
    text.append(row("total", total.text()));
    text.append("how: ").append(how).append("; ").append(TrainingReport.error(count)).append('\n');
    if (latent != null) {
      text.append("latent: ").append(TrainingReport.use(latent)).append('\n');
    }
    text.append("cost: ");
    if (evaluations != null) {
      text.append(
          String.format(Locale.ROOT, "%.0f evaluations of the flow for each batch, ", evaluations));
    }
    text.append(String.format(Locale.ROOT, "%.3g s an image, ", secondsPerImage));
    text.append(Text.duration(seconds)).append(" in all\n");
    if (solver != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "solver: ten times the tolerances move the mean by %.1g bits/dim and an image by %.1g"
                  + " (in %d images); expect a tenth%n",
              Math.abs(solver.mean()),
              solver.image(),
              solver.images()));
    }
    return text.toString();
  }

  private static String row(String name, String value) {
    return String.format("  %-16s %s%n", name, value);
  }
}
