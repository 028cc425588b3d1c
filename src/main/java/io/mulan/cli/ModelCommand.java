package io.mulan.cli;

import io.mulan.run.TrainedRun;
import java.util.List;

/** A command on a trained model: the first argument names it, {@code --step} its checkpoint. */
interface ModelCommand extends Command {

  @Override
  default List<String> arguments() {
    return List.of("RUN");
  }

  @Override
  default int run(Arguments given) {
    try (TrainedRun run = TrainedOptions.read(given)) {
      return run(given, run);
    }
  }

  /**
   * Runs it.
   *
   * @return the exit code
   */
  int run(Arguments given, TrainedRun run);
}
