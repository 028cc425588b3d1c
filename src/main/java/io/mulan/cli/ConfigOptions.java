package io.mulan.cli;

import io.mulan.config.ConfigReader;
import io.mulan.config.Presets;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
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

  /** Leaves out what can't be read. */
  static Option skipBad() {
    return flag(
        "skip-bad", "leave images out that can't be read, and count them (data.skip_bad=true)");
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
  static RunConfig read(CommandLine line, List<String> more) {
    Optional<Path> file =
        Optional.ofNullable(line.getOptionValue("config")).map(ConfigOptions::path);
    List<String> overrides = new ArrayList<>(settings(line));
    overrides.addAll(more);
    return read(Optional.ofNullable(line.getOptionValue("preset")), file, overrides);
  }

  /** The configuration of a preset, a file over it, and settings over both. */
  static RunConfig read(Optional<String> preset, Optional<Path> file, List<String> settings) {
    RunConfig config = ConfigReader.read(preset, file, settings);
    return config.with(Datasets.resolve(config.data()));
  }

  /** What to call files of the model: the name of the configuration's file, or of the preset. */
  static String name(CommandLine line) {
    if (line.hasOption("config")) {
      return name(path(line.getOptionValue("config")));
    }
    return line.getOptionValue("preset", Presets.names().get(0));
  }

  /** What to call files of the model that a file describes. */
  static String name(Path file) {
    return file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
  }

  /** What {@code --set} asked for. */
  static List<String> settings(CommandLine line) {
    return line.hasOption("set") ? Arrays.asList(line.getOptionValues("set")) : List.of();
  }

  /** What the options of {@link #training} asked for. */
  static List<String> trainingSettings(CommandLine line) {
    return Stream.concat(
            Stream.of("steps", "xla")
                .filter(line::hasOption)
                .map(name -> "training." + name + "=" + line.getOptionValue(name)),
            reading(line).stream())
        .toList();
  }

  /** What {@link #skipBad} and {@link #allowLarge} asked for. */
  static List<String> reading(CommandLine line) {
    return Stream.of("skip-bad", "allow-large")
        .filter(line::hasOption)
        .map(name -> "data." + name.replace('-', '_') + "=true")
        .toList();
  }

  static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new UsageException("'" + text + "' is no path: " + e.getReason());
    }
  }
}
