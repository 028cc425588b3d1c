package io.mulan.cli;

import io.mulan.files.AtomicFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Small models on the digits, trained for four steps with checkpoints and evaluations after two and
 * four, once for all test classes. They are only read: a test that makes a command write into a run
 * (an evaluation, samples, a report) takes a copy.
 */
final class SmallRuns {
  private static final Path FOLDER = temporary();
  private static final Map<String, Path> MADE = new HashMap<>();

  private SmallRuns() {}

  /** A VDM: no latent, a scalar schedule. */
  static Path plain() {
    return made("plain", Program.plainArguments(settings("plain")));
  }

  /** A model with learned adaptive noise. */
  static Path learned() {
    return made("learned", Program.trainArguments(settings("learned")));
  }

  /** The same, conditioned on the class of each image. */
  static Path classes() {
    return made("classes", Program.trainArguments(settings("classes", "--set=data.classes=10")));
  }

  /** The SavedModel of {@link #learned}. */
  static Path exported() {
    return made("exported", "export", learned().toString(), "--to=exported");
  }

  /** Copies a run or a model to a folder that is not there yet. */
  static Path copy(Path run, Path to) {
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(run.relativize(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return to;
  }

  private static String[] settings(String name, String... more) {
    List<String> common =
        List.of(
            "--preset=digits-published",
            "--run=" + name,
            "--steps=4",
            "--set=training.log_every=1",
            "--set=training.evaluate_every=2",
            "--set=training.save_every=2");
    return Stream.concat(common.stream(), Stream.of(more)).toArray(String[]::new);
  }

  private static synchronized Path made(String name, String... command) {
    if (!MADE.containsKey(name)) {
      Program.call(FOLDER, command).assertDone();
      MADE.put(name, FOLDER.resolve(name));
    }
    return MADE.get(name);
  }

  private static Path temporary() {
    try {
      Path folder = Files.createTempDirectory("mulan-small-runs-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try {
      AtomicFolder.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
