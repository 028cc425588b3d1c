package io.mulan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.cli.Arguments.UsageException;
import io.mulan.cluster.Cluster;
import io.mulan.cluster.OpenPort;
import io.mulan.cluster.SlurmStep;
import io.mulan.cluster.WorkerGroup;
import io.mulan.files.ConfigException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which processes work together: by {@code --cluster} and {@code --task}, else by {@code
 * TF_CONFIG}, as Kubernetes' TFJob sets it, else by what Slurm's {@code srun} sets.
 */
final class ClusterOptions {
  private static final Pattern ADDRESS = Pattern.compile("[^:,\\s]+:[1-9][0-9]{0,4}");
  static final String OPEN = "open";
  private static final int LARGEST_PORT = 65535;
  private static final int PATIENCE_SECONDS = 30;

  private ClusterOptions() {}

  static OptionList add(OptionList options) {
    return options
        .value("cluster", "HOST:PORT,...", "all processes that share the work, the chief first")
        .value("task", "N", "which of them this one is, from 0 on")
        .value("patience", "S", "seconds that another one may be silent (30)")
        .flag(
            OPEN, "the port may be on a public address: a firewall lets in the other workers only");
  }

  /** Whether the user knows that a worker's port is open to all who reach it. */
  static boolean open(Arguments given) {
    return given.has(OPEN);
  }

  static Duration patience(Arguments given) {
    return Duration.ofSeconds(given.count("patience", PATIENCE_SECONDS, 3));
  }

  /**
   * Waits for the other processes that a command line or the environment names, if it does.
   *
   * @param facts what must be the same everywhere, by name
   */
  static WorkerGroup group(Arguments given, Map<String, String> facts, String wayOn) {
    Optional<Cluster> cluster = read(given);
    if (cluster.isEmpty()) {
      return WorkerGroup.alone();
    }
    OpenPort.check(cluster.get(), open(given));
    return WorkerGroup.join(cluster.get(), patience(given), facts, () -> wayOn, given.terminal());
  }

  /** The cluster, if there is one. */
  static Optional<Cluster> read(Arguments given) {
    Map<String, String> environment = given.environment();
    if (given.has("cluster") || given.has("task")) {
      return Optional.of(named(given));
    }
    String config = environment.getOrDefault("TF_CONFIG", "");
    Optional<Cluster> cluster =
        config.isBlank() ? SlurmStep.cluster(environment) : tfConfig(config);
    return cluster.filter(c -> c.size() > 1);
  }

  private static Cluster named(Arguments given) {
    if (!given.has("cluster") || !given.has("task")) {
      throw new UsageException(
          "--cluster and --task belong together; on one machine mulan launch sets both");
    }
    List<String> addresses = List.of(given.text("cluster").split(",", -1));
    if (addresses.size() == 1) {
      throw new UsageException(
          "--cluster names one process; name all that share the work, or leave it out for one");
    }
    int task = given.count("task", 0, 0);
    return checked("--cluster", addresses, "--task", task);
  }

  private static Cluster checked(String list, List<String> addresses, String which, int task) {
    Set<String> seen = new HashSet<>();
    for (String address : addresses) {
      boolean right =
          ADDRESS.matcher(address).matches()
              && Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)) <= LARGEST_PORT;
      if (!right) {
        throw new UsageException(
            list + " has '" + address + "'; HOST:PORT is needed, with a port from 1 to 65535");
      }
      if (!seen.add(address)) {
        throw new UsageException(list + " has " + address + " twice; each process has its own");
      }
    }
    if (task < 0 || task >= addresses.size()) {
      throw new UsageException(
          which
              + " is "
              + task
              + ", but there are "
              + addresses.size()
              + " processes; 0 to "
              + (addresses.size() - 1)
              + " are allowed");
    }
    return new Cluster(addresses, task);
  }

  /** The chief, if there is one in addition to the workers, is the first. */
  private static Optional<Cluster> tfConfig(String text) {
    JsonNode config;
    try {
      config = new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          "TF_CONFIG is not JSON: " + e.getOriginalMessage() + "; set it right, or unset it", e);
    }
    List<String> addresses = new ArrayList<>();
    addresses.addAll(addresses(config, "chief"));
    addresses.addAll(addresses(config, "master"));
    int chiefs = addresses.size();
    addresses.addAll(addresses(config, "worker"));
    String type = config.at("/task/type").asText();
    if (addresses.isEmpty() || !List.of("chief", "master", "worker").contains(type)) {
      throw new ConfigException(
          "TF_CONFIG makes this process '"
              + type
              + "' of "
              + addresses.size()
              + " workers; cluster.worker and a task.type of chief or worker are needed (there are"
              + " no parameter servers)");
    }
    int index = config.at("/task/index").asInt();
    return Optional.of(
        checked(
            "TF_CONFIG", addresses, "its task", type.equals("worker") ? chiefs + index : index));
  }

  private static List<String> addresses(JsonNode config, String kind) {
    List<String> addresses = new ArrayList<>();
    config.at("/cluster/" + kind).forEach(address -> addresses.add(address.asText()));
    return addresses;
  }
}
