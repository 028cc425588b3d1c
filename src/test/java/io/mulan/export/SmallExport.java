package io.mulan.export;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.data.Dataset;
import io.mulan.data.Datasets;
import io.mulan.diffusion.ModelParts;
import io.mulan.tf.StatelessRandom;
import io.mulan.tf.Variables.Variable;
import io.mulan.training.Checkpoints;
import io.mulan.training.Interval;
import io.mulan.training.RunState;
import io.mulan.training.TrainedModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Exports of models of every kind, small and of random weights. */
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
          "training.batch=16");

  private SmallExport() {}

  static Stream<String> kinds() {
    return KINDS.keySet().stream().sorted();
  }

  /** A version 1 of a model of this kind in {@code folder/KIND}. */
  static Path write(Path folder, String kind) {
    List<String> settings = new ArrayList<>(SMALL);
    settings.addAll(KINDS.get(kind));
    RunConfig config =
        ConfigReader.read(Optional.of("digits-published"), Optional.empty(), settings);
    Dataset data = Datasets.open(config.data());
    Checkpoints checkpoints = new Checkpoints(folder.resolve(kind + "-checkpoints"), 1);
    try (RunState state = new RunState(config, data.train().shape())) {
      for (Variable<?> v : state.variables()) {
        state.set(v.name(), new ByteArrayInputStream(values(v).array()));
      }
      checkpoints.save(state, STEPS, Interval.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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

  /** Weights of random draws, as far from where training starts as four steps might bring them. */
  private static ByteBuffer values(Variable<?> variable) {
    int count = (int) variable.shape().size();
    if (variable.name().equals(RunState.STEP)) {
      return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, STEPS);
    }
    String name = variable.name().replaceFirst("^" + RunState.AVERAGE, "");
    boolean vector = variable.shape().numDimensions() == 1;
    double scale = vector ? 0.05 : 0.4 / Math.sqrt((double) count / variable.shape().get(-1));
    double centre = name.endsWith("/scale") ? 1 : 0;
    Random random = new Random(StatelessRandom.hash(name));
    ByteBuffer values = ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.nativeOrder());
    for (int i = 0; i < count; i++) {
      values.putFloat((float) (centre + scale * (2 * random.nextDouble() - 1)));
    }
    return values;
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
