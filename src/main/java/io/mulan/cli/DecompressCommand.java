package io.mulan.cli;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.compression.CompressedFile;
import io.mulan.compression.Platform;
import io.mulan.console.ExitCode;
import io.mulan.console.Stopped;
import io.mulan.results.Compression;
import io.mulan.results.ModelSearch;
import io.mulan.run.TrainedRun;
import io.mulan.tf.CheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code mulan decompress}: the images of a compressed file. */
final class DecompressCommand implements Command {
  private static final String MODEL = "model";

  @Override
  public String name() {
    return "decompress";
  }

  @Override
  public String summary() {
    return "read images that mulan compress wrote";
  }

  @Override
  public List<String> arguments() {
    return List.of("FILE");
  }

  @Override
  public String examples() {
    return """
          mulan decompress a.mulan --out images         as PNG files, by a model of runs or savedmodels
          mulan decompress a.mulan --out a.npy --model runs/digits   as levels [N,H,W,C]; which model
          mulan decompress a.mulan --out a.npz          levels, and classes where the model has them
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .value("out", "DIR|FILE", "where to write: a new folder, a .npy or .npz file")
        .value(MODEL, "RUN", "what it was written with (looked for in runs and savedmodels)")
        .flag("try", "read a file written elsewhere; fails if the images do not come back");
  }

  @Override
  public int run(Arguments given) {
    if (!given.has("out")) {
      throw new UsageException("mulan decompress needs --out: a new folder, a .npy or .npz file");
    }
    Path name = given.path(0);
    Path out = given.path("out");
    Platform platform = Platform.of(given.environment(), given.around().properties());
    try (CompressedFile.Reader file = new CompressedFile.Reader(name);
        TrainedRun run = model(given, name, file.head().model())) {
      long start = System.nanoTime();
      int count =
          Compression.read(file, name, run, platform, given.has("try"), out, given.terminal());
      given
          .out()
          .printf(
              "%d images, as they were, by %s: %.3g s an image%nfiles: %s%n",
              count, run.path(), (System.nanoTime() - start) / 1e9 / count, out);
      return ExitCode.OK;
    } catch (Stopped e) {
      return ExitCode.INTERRUPTED;
    }
  }

  private static TrainedRun model(Arguments given, Path file, int model) {
    Optional<TrainedRun> found =
        given.has(MODEL)
            ? ModelSearch.in(model, given.path(MODEL))
            : ModelSearch.find(model, List.of(given.typed("runs"), given.typed("savedmodels")));
    return found.orElseThrow(
        () ->
            new CheckpointException(
                given.has(MODEL)
                    ? given.text(MODEL) + " is not the model that " + file + " was written with"
                    : "no model in runs or savedmodels is the one that "
                        + file
                        + " was written with; name it with --model"));
  }
}
