package io.mulan.results;

import io.mulan.export.ExportedModel;
import io.mulan.export.ModelFolder;
import io.mulan.files.ConfigException;
import io.mulan.run.TrainedRun;
import io.mulan.tf.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Finds the model that a compressed file was written with. */
public final class ModelSearch {
  private ModelSearch() {}

  /**
   * The model, which the caller closes.
   *
   * @param model its checksum in the file
   * @param folders of runs and exported models
   */
  public static Optional<TrainedRun> find(int model, List<Path> folders) {
    for (Path folder : folders) {
      for (Path path : inside(folder)) {
        Optional<TrainedRun> found = in(model, path);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** The checkpoint of a run, or the version of an exported model, that has this checksum. */
  public static Optional<TrainedRun> in(int model, Path path) {
    for (Supplier<TrainedRun> candidate : candidates(path)) {
      try {
        TrainedRun run = candidate.get();
        if (hasChecksum(run, model)) {
          return Optional.of(run);
        }
      } catch (ConfigException | CheckpointException ignored) {
        // Another one may have it.
      }
    }
    return Optional.empty();
  }

  /** Closes a run that has another checksum, or none. */
  private static boolean hasChecksum(TrainedRun run, int model) {
    boolean same = false;
    try {
      same = Compression.model(run) == model;
      return same;
    } finally {
      if (!same) {
        run.close();
      }
    }
  }

  private static List<Supplier<TrainedRun>> candidates(Path path) {
    List<Supplier<TrainedRun>> all = new ArrayList<>();
    try {
      if (!ExportedModel.isThere(path)) {
        TrainedRun.steps(path).forEach(step -> all.add(() -> TrainedRun.at(path, step)));
        return all;
      }
      List<Long> versions = ModelFolder.versions(path);
      if (versions.isEmpty()) {
        all.add(() -> TrainedRun.newest(path));
      }
      versions.forEach(v -> all.add(() -> TrainedRun.newest(path.resolve("" + v))));
    } catch (ConfigException | CheckpointException noModel) {
      return all;
    }
    return all;
  }

  private static List<Path> inside(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory).sorted().toList();
    } catch (IOException notThere) {
      return List.of();
    }
  }
}
