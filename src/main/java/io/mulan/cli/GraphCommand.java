package io.mulan.cli;

import io.mulan.config.ConfigReader;
import io.mulan.config.Presets;
import io.mulan.config.RunConfig;
import io.mulan.console.ExitCode;
import io.mulan.console.Text;
import io.mulan.data.Datasets;
import io.mulan.data.SignalPower;
import io.mulan.export.GraphExport;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code mulan graph}: models as graphs for other programs, and summaries for people. */
final class GraphCommand implements Command {
  private static final String FOLDER = "graphs";

  @Override
  public String name() {
    return "graph";
  }

  @Override
  public String summary() {
    return "write a model as a TensorFlow graph, with a summary of weights, operations and cost";
  }

  @Override
  public String examples() {
    return """
          mulan graph                                   the digits model: graphs/digits.pb and .txt
          mulan graph --preset cifar10                  another model
          mulan graph --set latent.kind=none --to out   the digits model without a latent, elsewhere
          mulan graph --all                             every model, each with its VDM
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .with(ConfigOptions::model)
        .flag("all", "every model, each with its VDM")
        .value("to", "DIR", "where to write (graphs)");
  }

  @Override
  public int run(Arguments given) {
    Path folder = given.typed(given.text("to", FOLDER));
    if (!given.has("all")) {
      RunConfig config = ConfigOptions.read(given, List.of());
      write(given.out(), folder, ConfigOptions.name(given), config, given.texts("set"));
      return ExitCode.OK;
    }
    for (String option : List.of("preset", "config", "set")) {
      given.refuse(option, "does not go with --all");
    }
    for (String preset : Presets.models()) {
      RunConfig config = ConfigReader.read(Optional.of(preset), Optional.empty(), List.of());
      write(given.out(), folder, preset, config, List.of());
    }
    return ExitCode.OK;
  }

  /** The configuration with what is measured from the images, where there are some at hand. */
  private static RunConfig measured(RunConfig config) {
    if (!config.network().powerUnknown()) {
      return config;
    }
    return SignalPower.resolve(config, Datasets.open(config.data()));
  }

  private static void write(
      PrintStream out, Path folder, String name, RunConfig asked, List<String> settings) {
    RunConfig config = measured(asked);
    String title = settings.isEmpty() ? name : name + " with " + String.join(", ", settings);
    GraphExport model = GraphExport.of(title, config, Datasets.shape(config.data()).image());
    model.write(folder, name);
    out.printf(
        "%s (%s bytes), %s%n",
        folder.resolve(name + ".pb"),
        Text.count(model.graph().length),
        folder.resolve(name + ".txt"));
  }
}
