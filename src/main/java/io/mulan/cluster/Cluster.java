package io.mulan.cluster;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Processes that compute together.
 *
 * @param addresses of all of them, host:port
 * @param task which of them this one is, from 0 on
 */
public record Cluster(List<String> addresses, int task) {
  private static final String JOB = "worker";

  public Cluster {
    addresses = List.copyOf(addresses);
  }

  public int size() {
    return addresses.size();
  }

  /** Whether this is the one that writes files. */
  public boolean chief() {
    return task == 0;
  }

  /** The others. */
  IntStream others() {
    return IntStream.range(0, size()).filter(other -> other != task);
  }

  /** What to call a process in messages. */
  String name(int other) {
    return "worker " + other + " (" + addresses.get(other) + ")";
  }

  /** TensorFlow's name for the kind of all of them. */
  String job() {
    return JOB;
  }

  /** TensorFlow's name for one of them. */
  String device(int other) {
    return "/job:" + JOB + "/replica:0/task:" + other;
  }
}
