package io.mulan.cli;

import io.mulan.console.ExitCode;
import io.mulan.console.Text;
import io.mulan.export.ModelFolder;
import io.mulan.files.ConfigException;
import io.mulan.interop.FlaxCheckpoint;
import io.mulan.interop.FlaxLayout;
import io.mulan.interop.NpzState;
import io.mulan.results.ModelExport;
import io.mulan.run.RunFolder;
import io.mulan.run.TrainedRun;
import io.mulan.training.RunState;
import java.nio.file.Path;
import java.util.List;

/** {@code mulan export}: a trained model as a SavedModel. */
final class ExportCommand implements ModelCommand {
  private static final String MODELS = "savedmodels";
  private static final String SCORE_TIMES = "score-times";
  private static final int DEFAULT_SCORE_TIMES = 16;

  @Override
  public String name() {
    return "export";
  }

  @Override
  public String summary() {
    return "write a trained model as a SavedModel, for TensorFlow Serving, Python and Java";
  }

  @Override
  public List<String> arguments() {
    return List.of("RUN|SAVEDMODEL");
  }

  @Override
  public String examples() {
    return """
          mulan export runs/digits                               the next version in savedmodels/digits
          mulan export runs/digits --to /srv/models/digits       where a server looks for it
          mulan export runs/digits --step best --version 7       another checkpoint, a version's number
          mulan export runs/digits --licence "CC BY 4.0"         what users may do with it
          mulan export savedmodels/digits --score-times 64       the same model again, with another score
          mulan export runs/digits --flax ckpt-1.flax            a checkpoint for the published code
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(TrainedOptions::add)
        .value("to", "DIR", "the model's folder, one folder a version (savedmodels/NAME)")
        .value("version", "N", "number of the version (after the last one)")
        .value("licence", "TEXT", "of the model, in words (not stated)")
        .value(SCORE_TIMES, "K", "times for each image in the signature score (16)")
        .value("flax", "FILE", "instead, a checkpoint that the published code restores")
        .value("npz", "FILE", "instead, a NumPy archive of weights, averages and optimiser")
        .value(
            "code",
            Arguments.names(FlaxLayout.Code.class),
            "whose checkpoint (vdm where there is no latent, else mulan)");
  }

  @Override
  public int run(Arguments given, TrainedRun run) {
    Path path = given.path(0);
    if (given.has("flax") || given.has("npz")) {
      if (run.exported().isPresent()) {
        throw new ConfigException(
            path + " is an exported model, which has no optimiser; name a run folder");
      }
      List<String> own = FlaxLayout.withoutPlace(run.config());
      if (given.has("flax") && !own.isEmpty()) {
        throw new ConfigException(
            path
                + " has "
                + String.join(", ", own)
                + ", which the published code has no place for; leave --flax out for a SavedModel,"
                + " or take --npz");
      }
      return writeState(given, run);
    }
    given.refuse("code", "goes with --flax");
    int scoreTimes =
        Math.toIntExact(
            Arguments.count(SCORE_TIMES, given.text(SCORE_TIMES, "" + DEFAULT_SCORE_TIMES), 1));
    String name =
        run.exported()
            .map(model -> model.card().name())
            .orElseGet(() -> path.toAbsolutePath().normalize().getFileName().toString());
    Path folder = given.has("to") ? given.path("to") : given.typed(MODELS).resolve(name);
    long version = version(given, folder);
    ModelExport export =
        new ModelExport(run, folder, version, given.text("licence", licence(run)), scoreTimes);
    given.out().print(export.write());
    return ExitCode.OK;
  }

  /** Everything that training resumes from, as a file of another program. */
  private int writeState(Arguments given, TrainedRun run) {
    for (String other : List.of("to", "version", "licence", SCORE_TIMES)) {
      given.refuse(other, "is of a SavedModel: leave it out, or --flax and --npz");
    }
    if (given.has("npz")) {
      given.refuse("flax", "and --npz are two files: export one after the other");
      given.refuse("code", "goes with --flax");
    }
    FlaxLayout usual = FlaxLayout.of(run.config());
    FlaxLayout layout =
        new FlaxLayout(given.choice("code", usual.code(), FlaxLayout.Code.class), usual.clipped());
    Path file = given.path(given.has("npz") ? "npz" : "flax");
    log().info("building the model...");
    try (RunState state = new RunState(run.config(), run.image())) {
      RunFolder.checkpoints(run.path(), run.config()).restore(state, run.step());
      if (given.has("npz")) {
        NpzState.write(file, state);
      } else {
        FlaxCheckpoint.write(file, state, layout);
      }
    }
    given
        .out()
        .println(file + ": weights, averages and optimiser of step " + Text.count(run.step()));
    return ExitCode.OK;
  }

  private static long version(Arguments given, Path folder) {
    List<Long> there = ModelFolder.versions(folder);
    long next = there.isEmpty() ? 1 : there.get(there.size() - 1) + 1;
    if (!given.has("version")) {
      return next;
    }
    long asked = Arguments.count("version", given.text("version"), 1);
    ModelFolder.requireFree(folder, asked);
    return asked;
  }

  private static String licence(TrainedRun run) {
    return run.exported().map(model -> model.card().licence().model()).orElse("not stated");
  }
}
