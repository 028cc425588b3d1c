package io.mulan.cluster;

import io.mulan.config.TrainingConfig;
import io.mulan.files.ConfigException;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Rewriting;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.tensorflow.Graph;

/**
 * The processes that work on one model together: which part of a batch, and of the test images, is
 * this one's, and what all of them must have in common.
 */
public final class Workers {
  /** How long the others are left to read what they have been sent, before this process ends. */
  private static final Duration FAREWELL = Duration.ofMillis(1500);

  private final Cluster cluster;
  private final Optional<Joined> joined;

  private record Joined(ClusterMember member, AllGather exchange, Heartbeat peers) {}

  private Workers(Cluster cluster, Optional<Joined> joined) {
    this.cluster = cluster;
    this.joined = joined;
  }

  /** Only this process. */
  public static Workers alone() {
    return new Workers(new Cluster(List.of("localhost"), 0), Optional.empty());
  }

  /**
   * This process and the others of a cluster, who need not have been started yet.
   *
   * @param patience how long another one may be silent
   * @param lost called with the one that was silent for longer
   * @throws ConfigException if this one's port cannot be had
   */
  static Workers join(Cluster cluster, Duration patience, Consumer<String> lost) {
    ClusterMember member;
    try {
      member = ClusterMember.start(cluster);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage(), e);
    }
    Heartbeat peers = new Heartbeat(member, patience, lost);
    return new Workers(cluster, Optional.of(new Joined(member, new AllGather(member), peers)));
  }

  public Cluster cluster() {
    return cluster;
  }

  /** Whether there is no other. */
  public boolean isAlone() {
    return joined.isEmpty();
  }

  /** Whether this is the one that writes files and reports progress. */
  public boolean isChief() {
    return cluster.chief();
  }

  /** A session whose collective operations meet those of the others. */
  public GraphSession open(Graph graph, Rewriting rewriting) {
    return joined
        .map(j -> GraphSession.open(graph, rewriting, j.member()::open))
        .orElseGet(() -> GraphSession.openForTraining(graph, rewriting));
  }

  /** Which images of each batch are this one's. */
  public BatchShare share(TrainingConfig config) {
    return BatchShare.of(cluster, config);
  }

  /** The first of so many things that is process {@code task}'s; up to the next one's first. */
  private int first(int task, int count) {
    return (int) ((long) count * task / cluster.size());
  }

  public int first(int count) {
    return first(cluster.task(), count);
  }

  /** How many of them are this one's. */
  public int count(int count) {
    return first(cluster.task() + 1, count) - first(count);
  }

  /**
   * That something is the same everywhere; the caller waits for the others.
   *
   * @param facts what it is by what it is called, in the same order everywhere
   * @throws ConfigException naming a worker that differs from the chief, and in what
   */
  void requireSame(Map<String, String> facts) {
    if (isAlone()) {
      return;
    }
    long[] digests = facts.values().stream().mapToLong(Workers::digest).toArray();
    List<String> names = List.copyOf(facts.keySet());
    long[][] all = all(digests);
    for (int task = 1; task < all.length; task++) {
      for (int i = 0; i < digests.length; i++) {
        if (all[task][i] != all[0][i]) {
          throw new ConfigException(
              cluster.name(task)
                  + " has another "
                  + names.get(i)
                  + " than "
                  + cluster.name(0)
                  + "; start all with the same");
        }
      }
    }
  }

  /**
   * That the weights are the same everywhere.
   *
   * @throws ClusterException naming a worker whose weights differ from the chief's
   */
  public void requireSameWeights(long step, long digest) {
    long[][] all = all(new long[] {step, digest});
    for (int task = 1; task < all.length; task++) {
      if (!Arrays.equals(all[task], all[0])) {
        throw new ClusterException(
            "%s has other weights than %s (step %d there, %d here); nothing is saved of this step: look for failing memory, or start all from the same checkpoint"
                .formatted(cluster.name(task), cluster.name(0), all[task][0], all[0][0]));
      }
    }
  }

  private static long digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private long[][] all(long[] mine) {
    return joined.orElseThrow().exchange().all(mine);
  }

  /**
   * What all processes have, in their order; the caller waits for the others.
   *
   * @param mine of this one; the others have as many
   */
  public byte[][] all(byte[] mine) {
    if (isAlone()) {
      return new byte[][] {mine};
    }
    long[] padded = new long[(mine.length + Long.BYTES - 1) / Long.BYTES];
    ByteBuffer bytes = ByteBuffer.allocate(padded.length * Long.BYTES).put(mine).rewind();
    bytes.asLongBuffer().get(padded);
    long[][] all = all(padded);
    byte[][] found = new byte[all.length][mine.length];
    for (int task = 0; task < all.length; task++) {
      bytes.asLongBuffer().put(all[task]);
      bytes.get(0, found[task]);
    }
    return found;
  }

  /** Whether something is so in any process; the caller waits for the others. */
  public boolean any(boolean mine) {
    if (isAlone()) {
      return mine;
    }
    return Arrays.stream(all(new long[] {mine ? 1 : 0})).anyMatch(one -> one[0] != 0);
  }

  /** A number that the chief has; the caller waits for the others. */
  public int chiefs(int mine) {
    return isAlone() ? mine : (int) all(new long[] {mine})[0][0];
  }

  /**
   * The rows of all processes, of which each has computed {@link #count} columns.
   *
   * @param mine [rows][this one's columns]
   * @param count columns of all
   * @return [rows][count]
   */
  public double[][] together(double[][] mine, int count) {
    if (isAlone()) {
      return mine;
    }
    int most = 0;
    for (int task = 0; task < cluster.size(); task++) {
      most = Math.max(most, first(task + 1, count) - first(task, count));
    }
    double[][] rows = new double[mine.length][count];
    for (int row = 0; row < mine.length; row++) {
      long[] bits = new long[most];
      for (int i = 0; i < mine[row].length; i++) {
        bits[i] = Double.doubleToRawLongBits(mine[row][i]);
      }
      long[][] all = all(bits);
      for (int task = 0; task < cluster.size(); task++) {
        for (int i = first(task, count); i < first(task + 1, count); i++) {
          rows[row][i] = Double.longBitsToDouble(all[task][i - first(task, count)]);
        }
      }
    }
    return rows;
  }

  /** At the end of all work: waits for the others to come to theirs, and lets them go. */
  void finish() {
    joined.ifPresent(
        j -> {
          j.exchange().all(new long[1]);
          j.peers().close();
          Heartbeat.pause(FAREWELL);
          j.exchange().close();
        });
  }
}
