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

/** The options that choose a configuration, for all commands that take one. */
final class ConfigOptions {
  private ConfigOptions() {}

  /** Which model. */
  static OptionList model(OptionList options) {
    return options
        .value("preset", "P", Presets.summary() + " (digits)")
        .value("config", "FILE", "YAML laid over the preset")
        .with(ConfigOptions::single);
  }

  /** One setting. */
  static OptionList single(OptionList options) {
    return options.value(
        "set", "KEY=VALUE", "one setting, such as latent.size=20; may be repeated");
  }

  /** How to train. */
  static OptionList training(OptionList options) {
    return options
        .value("steps", "N", "short for --set training.steps=N")
        .with(ConfigOptions::reading)
        .value("xla", "on|off|auto", "short for --set training.xla=...; auto: on where a GPU is");
  }

  /** What becomes of images that cannot be read, and of files that unpack to much. */
  static OptionList reading(OptionList options) {
    return options
        .flag(
            "skip-bad", "leave images out that cannot be read, and count them (data.skip_bad=true)")
        .flag("allow-large", "unpack a compressed file to any size (data.allow_large=true)");
  }

  /** The configuration that the model's options ask for, with more settings over it. */
  static RunConfig read(Arguments given, List<String> more) {
    List<String> overrides = new ArrayList<>(given.texts("set"));
    overrides.addAll(more);
    Optional<Path> file = given.pathIfGiven("config");
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
            settings(given, "training", "steps", "xla").stream(), reading(given).stream())
        .toList();
  }

  /** What options asked for that are short for a setting of this section. */
  static List<String> settings(Arguments given, String section, String... options) {
    return Stream.of(options)
        .filter(given::has)
        .map(name -> section + "." + name + "=" + given.text(name))
        .toList();
  }

  /** What the options of {@link #reading(OptionList)} asked for. */
  static List<String> reading(Arguments given) {
    return Stream.of("skip-bad", "allow-large")
        .filter(given::has)
        .map(name -> "data." + name.replace('-', '_') + "=true")
        .toList();
  }
}
