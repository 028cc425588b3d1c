package io.mulan.cluster;

import io.mulan.files.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The processes of one {@code srun}, from the variables that Slurm sets for each. */
public final class SlurmStep {
  private static final int FIRST_PORT = 12_000;
  private static final int PORTS = 20_000;

  /** Ports of one job: more processes of it on a node are rare. */
  private static final int PORTS_OF_JOB = 16;

  private static final Pattern NODES = Pattern.compile("([^,\\[]+)(?:\\[([^\\]]*)\\])?([^,]*),?");
  private static final Pattern TASKS = Pattern.compile("(\\d+)(?:\\(x(\\d+)\\))?");

  private SlurmStep() {}

  /** Empty where there is no step of several processes. */
  public static Optional<Cluster> cluster(Map<String, String> environment) {
    String count = environment.getOrDefault("SLURM_STEP_NUM_TASKS", "1");
    if (!environment.containsKey("SLURM_PROCID") || count.equals("1")) {
      return Optional.empty();
    }
    try {
      List<String> nodes = nodes(value(environment, "SLURM_STEP_NODELIST"));
      List<Integer> tasks = tasks(value(environment, "SLURM_STEP_TASKS_PER_NODE"));
      long job = Long.parseLong(environment.getOrDefault("SLURM_JOB_ID", "0"));
      int port = FIRST_PORT + (int) (job * PORTS_OF_JOB % PORTS);
      List<String> addresses = new ArrayList<>();
      for (int node = 0; node < nodes.size(); node++) {
        for (int local = 0; local < tasks.get(node); local++) {
          addresses.add(nodes.get(node) + ":" + (port + local));
        }
      }
      return Optional.of(
          new Cluster(addresses, Integer.parseInt(value(environment, "SLURM_PROCID"))));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new ConfigException(
          "Slurm's variables (SLURM_STEP_NODELIST, SLURM_STEP_TASKS_PER_NODE, SLURM_PROCID) are not"
              + " understood; name the processes with --cluster and --task",
          e);
    }
  }

  private static String value(Map<String, String> environment, String name) {
    String value = environment.get(name);
    if (value == null) {
      throw new ConfigException(
          name + " is not set, though Slurm runs several processes; start them with srun");
    }
    return value;
  }

  /** Of {@code a[1-3,07],b}: a1, a2, a3, a07, b. */
  public static List<String> nodes(String list) {
    List<String> nodes = new ArrayList<>();
    Matcher matcher = NODES.matcher(list);
    while (matcher.find()) {
      if (matcher.group(2) == null) {
        nodes.add(matcher.group(1) + matcher.group(3));
        continue;
      }
      for (String range : matcher.group(2).split(",")) {
        String[] ends = range.split("-");
        int last = Integer.parseInt(ends[ends.length - 1]);
        for (int i = Integer.parseInt(ends[0]); i <= last; i++) {
          String number = String.format("%0" + ends[0].length() + "d", i);
          nodes.add(matcher.group(1) + number + matcher.group(3));
        }
      }
    }
    return nodes;
  }

  /** Of {@code 2(x3),1}: 2, 2, 2, 1. */
  static List<Integer> tasks(String list) {
    List<Integer> tasks = new ArrayList<>();
    Matcher matcher = TASKS.matcher(list);
    while (matcher.find()) {
      int times = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
      for (int i = 0; i < times; i++) {
        tasks.add(Integer.parseInt(matcher.group(1)));
      }
    }
    return tasks;
  }
}
