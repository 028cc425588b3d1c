package io.mulan.cli;

import io.mulan.config.ConfigReader;
import io.mulan.config.Presets;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** The options that choose a configuration, for all commands that take one. */
final class ConfigOptions {
  private ConfigOptions() {}

  /** Which model. */
  static Options model(Options options) {
    return options
        .addOption(withValue("preset", "P", Presets.summary() + " (digits)"))
        .addOption(withValue("config", "FILE", "YAML laid over the preset"))
        .addOption(single());
  }

  /** One setting. */
  static Option single() {
    return withValue("set", "KEY=VALUE", "one setting, such as latent.size=20; may be repeated");
  }

  /** How to train. */
  static Options training(Options options) {
    return options
        .addOption(withValue("steps", "N", "short for --set training.steps=N"))
        .addOption(skipBad())
        .addOption(allowLarge())
        .addOption(
            withValue(
                "xla", "on|off|auto", "short for --set training.xla=...; auto: on where a GPU is"));
  }

  /** Leaves out what cannot be read. */
  static Option skipBad() {
    return flag(
        "skip-bad", "leave images out that cannot be read, and count them (data.skip_bad=true)");
  }

  /** Unpacks what is suspiciously large. */
  static Option allowLarge() {
    return flag("allow-large", "unpack a compressed file to any size (data.allow_large=true)");
  }

  static Option withValue(String name, String value, String description) {
    return Option.builder().longOpt(name).hasArg().argName(value).desc(description).get();
  }

  static Option flag(String name, String description) {
    return Option.builder().longOpt(name).desc(description).get();
  }

  /** The configuration that the model's options ask for, with more settings over it. */
  static RunConfig read(Arguments given, List<String> more) {
    List<String> overrides = new ArrayList<>(given.texts("set"));
    overrides.addAll(more);
    Optional<Path> file = Optional.ofNullable(given.text("config")).map(given::typed);
    return read(given, Optional.ofNullable(given.text("preset")), file, overrides);
  }

  /** The configuration of a preset, a file over it, and settings over both. */
  static RunConfig read(
      Arguments given, Optional<String> preset, Optional<Path> file, List<String> settings) {
    RunConfig config = placed(given, ConfigReader.read(preset, file, settings));
    return config.with(Datasets.resolve(config.data()));
  }

  /**
   * The same with the path of the data from the command's folder on. A tilde is as a shell would
   * have it: many don't look for one within a word.
   */
  static RunConfig placed(Arguments given, RunConfig config) {
    String path = config.data().path();
    if (path.equals("~") || path.startsWith("~/")) {
      path = given.around().properties().get("user.home") + path.substring(1);
    }
    if (!path.isBlank() && !given.around().folder().toString().isEmpty()) {
      path = given.typed(path).toString();
    }
    return config.with(config.data().at(path));
  }

  /** What to call files of the model: the name of the configuration's file, or of the preset. */
  static String name(Arguments given) {
    if (given.has("config")) {
      return name(given.path("config"));
    }
    return given.text("preset", Presets.names().get(0));
  }

  /** What to call files of the model that a file describes. */
  static String name(Path file) {
    return file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
  }

  /** What the options of {@link #training} asked for. */
  static List<String> trainingSettings(Arguments given) {
    return Stream.concat(
            Stream.of("steps", "xla")
                .filter(given::has)
                .map(name -> "training." + name + "=" + given.text(name)),
            reading(given).stream())
        .toList();
  }

  /** What {@link #skipBad} and {@link #allowLarge} asked for. */
  static List<String> reading(Arguments given) {
    return Stream.of("skip-bad", "allow-large")
        .filter(given::has)
        .map(name -> "data." + name.replace('-', '_') + "=true")
        .toList();
  }
}
