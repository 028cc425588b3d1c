package io.mulan.cli;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.cluster.OpenPort;
import io.mulan.cluster.PrivateNetwork;
import io.mulan.cluster.WorkerProcesses;
import io.mulan.console.Terminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@code mulan launch}: works in several processes of this machine, one for each GPU. */
final class LaunchCommand implements Command {
  /** What processes of a cluster can do together. */
  private static final List<Command> STARTED =
      List.of(new TrainCommand(), new EvaluateCommand(), new SampleCommand());

  private static final List<String> NAMES = STARTED.stream().map(Command::name).toList();
  private static final Path GPUS = Path.of("/proc/driver/nvidia/gpus");

  @Override
  public String name() {
    return "launch";
  }

  @Override
  public String summary() {
    return "train, evaluate or sample in several processes, such as one for each GPU";
  }

  @Override
  public List<String> arguments() {
    return List.of("-- " + String.join("|", NAMES) + MORE);
  }

  @Override
  public String examples() {
    return """
          mulan launch --processes 2 -- train                 the digits, half of each batch in each
          mulan launch --processes 8 --restarts 3 -- train --preset cifar10 --run runs/a
          mulan launch --processes 8 -- evaluate runs/a       the bound, an eighth of the images in each
          mulan launch --processes 8 -- sample runs/a --count 50000
        """;
  }

  @Override
  public OptionList options() {
    return new OptionList()
        .value("processes", "N", "how many; where there are as many GPUs, each has its own")
        .with(LaunchCommand::restarts);
  }

  /** Of this command and of {@code mulan train}. */
  static OptionList restarts(OptionList options) {
    return options.value(
        "restarts", "N", "how often to start again from what is saved when a worker is lost (0)");
  }

  @Override
  public int run(Arguments given) {
    Terminal terminal = given.terminal();
    List<String> work = given.words();
    String name = work.get(0);
    Command started =
        STARTED.stream()
            .filter(command -> command.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new UsageException(
                        "mulan launch starts "
                            + String.join(", ", NAMES)
                            + ", not '"
                            + name
                            + "' (mulan launch --help)"));
    if (!given.has("processes")) {
      throw new UsageException("mulan launch needs --processes N (mulan launch --help)");
    }
    int processes = given.count("processes", 0, 2);
    Arguments inner =
        Main.parse(started, work.stream().skip(1).toArray(String[]::new), given.around());
    for (String own : List.of("cluster", "task", "restarts", ClusterOptions.OPEN)) {
      if (inner.has(own)) {
        throw new UsageException(
            "mulan launch sets --" + own + " of " + name + ": leave it out there");
      }
    }
    terminal.watch("stopping all workers");
    int restarts = given.count("restarts", 0, 0);
    Duration grace = ClusterOptions.patience(inner).multipliedBy(2);
    try (PrivateNetwork network = PrivateNetwork.open()) {
      if (!network.isPrivate()) {
        OpenPort.warnOfWorkers();
      }
      List<WorkerProcesses.Start> starts =
          starts(work, processes, network.entry(), given.environment());
      return new WorkerProcesses(Main.class, given.around(), starts, grace).run(restarts);
    }
  }

  private static List<WorkerProcesses.Start> starts(
      List<String> work, int processes, List<String> entry, Map<String, String> own) {
    String cluster = String.join(",", addresses(processes));
    List<WorkerProcesses.Start> starts = new ArrayList<>();
    for (int task = 0; task < processes; task++) {
      List<String> arguments = new ArrayList<>(work);
      // The warning about open ports is given here, once.
      arguments.addAll(
          List.of("--cluster=" + cluster, "--task=" + task, "--" + ClusterOptions.OPEN));
      starts.add(
          new WorkerProcesses.Start(
              "worker " + task, arguments, environment(task, processes, own), entry));
    }
    return starts;
  }

  /** With ports that are free. */
  private static List<String> addresses(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      List<String> addresses = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ServerSocket free = new ServerSocket(0);
        sockets.add(free);
        addresses.add("localhost:" + free.getLocalPort());
      }
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return addresses;
    } catch (IOException e) {
      throw new UncheckedIOException("there is no free port: " + e.getMessage(), e);
    }
  }

  /** A GPU each where there are enough, else a share of the cores. */
  private static Map<String, String> environment(int task, int processes, Map<String, String> own) {
    Map<String, String> environment = new LinkedHashMap<>();
    List<String> gpus = gpus(own);
    if (gpus.size() >= processes) {
      environment.put("CUDA_VISIBLE_DEVICES", gpus.get(task));
      return environment;
    }
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / processes);
    for (String name : List.of("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")) {
      if (own.get(name) == null) {
        environment.put(name, Integer.toString(threads));
      }
    }
    return environment;
  }

  private static List<String> gpus(Map<String, String> own) {
    String visible = own.get("CUDA_VISIBLE_DEVICES");
    if (visible != null) {
      return visible.isBlank() ? List.of() : List.of(visible.split(","));
    }
    if (!Files.isDirectory(GPUS)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(GPUS)) {
      int count = (int) all.count();
      return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
