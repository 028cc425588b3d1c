package io.mulan.results;

import io.mulan.config.DataConfig;
import io.mulan.console.Version;
import io.mulan.data.Datasets;
import io.mulan.diffusion.ModelParts;
import io.mulan.export.ModelCard;
import io.mulan.export.ModelFolder;
import io.mulan.export.ModelSignature;
import io.mulan.export.Signatures;
import io.mulan.run.RunFolder;
import io.mulan.run.TrainedRun;
import io.mulan.run.TrainingReport;
import io.mulan.training.TrainedModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * A trained model as a SavedModel, with a card that says where it comes from.
 *
 * @param folder of the model, with a folder for each version; its name is the model's
 * @param version that is not there yet
 * @param licence of the model, in words
 * @param scoreTimes times for each image that the signature {@code score} takes the mean over
 */
public record ModelExport(
    TrainedRun run, Path folder, long version, String licence, int scoreTimes) {
  private static final Logger LOG = LogManager.getLogger(ModelExport.class);

  /**
   * Writes it and tries every signature.
   *
   * @return what was written, for people
   * @throws io.mulan.files.ConfigException if that version is there already
   * @throws io.mulan.tf.CheckpointException if it cannot be written; nothing is left then
   */
  public String write() {
    LOG.info("building the model...");
    try (TrainedModel<Signatures> model =
        run.open(
            (m, diffusion, weights) ->
                Signatures.build(m, diffusion, weights, run.config(), scoreTimes))) {
      ModelCard card = card(ModelParts.counts(model.variables()));
      LOG.info("writing, and trying every signature...");
      Path written =
          ModelFolder.write(
              folder,
              card,
              run.config(),
              model.parts(),
              at -> {
                model.write(at, model.parts().definitions());
                run.data().ifPresent(data -> data.write(at.resolve(ModelFolder.DATA)));
              });
      return text(written, model.parts());
    }
  }

  private ModelCard card(Map<String, Long> parameters) {
    DataConfig data = run.config().data();
    return new ModelCard(
        folder.toAbsolutePath().normalize().getFileName().toString(),
        version,
        ModelCard.Data.of(data, run.image()),
        run.step(),
        run.fingerprint(),
        likelihood(),
        parameters,
        new ModelCard.Licence(licence, Datasets.licence(data)),
        Version.all(),
        Map.of());
  }

  /** That of the finished run, if it is of this checkpoint, or of the evaluation on the way. */
  private ModelCard.Likelihood likelihood() {
    if (run.exported().isPresent()) {
      return run.exported().get().card().likelihood();
    }
    return RunFolder.result(run.path())
        .filter(result -> result.steps() == run.step())
        .map(
            result ->
                new ModelCard.Likelihood(
                    result.bound().total().bitsPerDim(),
                    result.bound().total().hasError()
                        ? result.bound().total().standardError()
                        : null,
                    result.method()))
        .orElseGet(() -> onTheWay());
  }

  private ModelCard.Likelihood onTheWay() {
    var figure = RunFolder.checkpoints(run.path(), run.config()).bitsPerDim(run.step());
    return figure.isEmpty()
        ? null
        : new ModelCard.Likelihood(
            figure.getAsDouble(),
            null,
            TrainingReport.bound(run.config())
                + " on test images, while training"
                + TrainingReport.caveat(run.config()));
  }

  private String text(Path written, Signatures signatures) {
    return """
        %s: weights of step %d, averaged
        signatures: %s
        look at it: saved_model_cli show --all --dir %s
        """
        .formatted(
            written,
            run.step(),
            signatures.all().stream().map(ModelSignature::name).collect(Collectors.joining(", ")),
            written);
  }
}
