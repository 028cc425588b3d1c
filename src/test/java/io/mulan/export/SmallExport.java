package io.mulan.export;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.diffusion.ModelParts;
import io.mulan.training.Checkpoints;
import io.mulan.training.Interval;
import io.mulan.training.TrainedModel;
import io.mulan.training.TrainingSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Exports of models of every kind, small and hardly trained. */
final class SmallExport {
  static final int SCORE_TIMES = 3;
  private static final int STEPS = 4;

  /** Settings over the digits', by the name of the kind. */
  static final Map<String, List<String>> KINDS =
      Map.of(
          "vdm",
          List.of(
              "latent.kind=none",
              "schedule.kind=monotone_scalar",
              "schedule.width=8",
              "loss.prediction=epsilon",
              "loss.timesteps=50"),
          "gaussian",
          List.of(
              "latent.kind=gaussian",
              "schedule.kind=monotone",
              "loss.prediction=x",
              "loss.times=importance"),
          "score-function",
          List.of("latent.gradient=score_function", "network.conditioned=false"),
          "preconditioned",
          List.of(
              "network.preconditioning=linear",
              "network.signal_power=0.7",
              "network.conditioning_start=zero",
              "schedule.start=flat",
              "schedule.ends=learned"),
          "published",
          List.of("latent.law=published", "latent.gradient=identity"),
          "classes",
          List.of("data.classes=10"),
          "augmented",
          List.of(
              "data.classes=10",
              "data.augment=rotations",
              "latent.gradient=score_function",
              "network.conditioned=false"),
          "categorical",
          List.of("latent.kind=gumbel", "schedule.kind=linear", "loss.prediction=v_from_epsilon"));

  private static final List<String> SMALL =
      List.of(
          "network.channels=8",
          "network.layers=1",
          "network.groups=2",
          "latent.size=6",
          "latent.k=2",
          "schedule.width=6",
          "training.batch=16",
          "training.warmup_steps=1",
          "training.learning_rate=0.02",
          "training.ema=0.5");

  private SmallExport() {}

  static Stream<String> kinds() {
    return KINDS.keySet().stream().sorted();
  }

  /** A version 1 of a model of this kind in {@code folder/KIND}. */
  static Path write(Path folder, String kind) {
    List<String> settings = new ArrayList<>(SMALL);
    settings.addAll(KINDS.get(kind));
    RunConfig config = ConfigReader.read(Optional.empty(), Optional.empty(), settings);
    Dataset data = Datasets.open(config.data());
    Checkpoints checkpoints = new Checkpoints(folder.resolve(kind + "-checkpoints"), 1);
    try (TrainingSession session = new TrainingSession(config, data.train().shape(), false)) {
      session.initialize();
      for (int i = 0; i < STEPS; i++) {
        int first = i * config.training().batch();
        session.step(
            data.train().copies(config.training().batch(), row -> first + row),
            data.train().conditions(config.training().batch(), row -> first + row));
      }
      checkpoints.save(session, STEPS, Interval.NONE);
    }
    try (TrainedModel<Signatures> model =
        new TrainedModel<>(
            config,
            data.train().shape(),
            (m, diffusion, weights) ->
                Signatures.build(m, diffusion, weights, config, SCORE_TIMES))) {
      checkpoints.restore(model, STEPS);
      return ModelFolder.write(
          folder.resolve(kind),
          card(kind, config, data, ModelParts.counts(model.variables())),
          config,
          model.parts(),
          at -> model.write(at, model.parts().definitions()));
    }
  }

  private static ModelCard card(
      String kind, RunConfig config, Dataset data, Map<String, Long> parameters) {
    return new ModelCard(
        kind,
        1,
        ModelCard.Data.of(config.data(), data.train().shape()),
        STEPS,
        "00000000",
        null,
        parameters,
        new ModelCard.Licence("not stated", data.licence()),
        Map.of(),
        Map.of());
  }
}
