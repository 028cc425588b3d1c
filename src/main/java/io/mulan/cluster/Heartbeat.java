package io.mulan.cluster;

import io.mulan.tf.GraphScope;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TInt32;

/**
 * Watches the other processes of a cluster: each is asked again and again to compute nothing, which
 * one that has died, hangs or cannot be reached does not answer, and one that is busy does.
 */
final class Heartbeat implements AutoCloseable {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final ClusterMember member;
  private final Duration patience;
  private final Consumer<String> lost;
  private final AtomicLongArray heard;
  private final boolean[] known;
  private volatile boolean closed;

  /**
   * Begins to watch.
   *
   * @param patience how long one may be silent; at first, when not all have been started, four
   *     times as long
   * @param lost called with the one that is, once, from a thread of its own; what the others
   *     compute with it will not end
   */
  public Heartbeat(ClusterMember member, Duration patience, Consumer<String> lost) {
    this.member = member;
    this.patience = patience;
    this.lost = lost;
    int size = member.cluster().size();
    heard = new AtomicLongArray(size);
    known = new boolean[size];
    member
        .cluster()
        .others()
        .forEach(
            other -> {
              heard.set(other, System.nanoTime());
              start("asks worker " + other, () -> ask(other));
            });
    start("watches workers", this::watch);
  }

  /** Begins work that does not keep the program from ending. */
  static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void ask(int other) {
    try (Graph graph = new Graph()) {
      Operand<TInt32> nothing = GraphScope.ops(graph).constant(0);
      RunOptions options =
          RunOptions.newBuilder().setTimeoutInMs(Math.max(1, patience.toMillis() / 3)).build();
      while (!closed) {
        try (Session there = member.visit(graph, other)) {
          while (!closed) {
            there.runner().setOptions(options).fetch(nothing).run().close();
            known[other] = true; // seen by each thread that sees the time
            heard.set(other, System.nanoTime());
            pause(BETWEEN_LOOKS);
          }
        } catch (TensorFlowException e) {
          pause(BETWEEN_LOOKS); // it may have been started again: another session
        }
      }
    }
  }

  private void watch() {
    while (!closed) {
      Optional<String> silent = silent();
      if (silent.isPresent()) {
        closed = true;
        lost.accept(silent.get());
        return;
      }
      pause(BETWEEN_LOOKS);
    }
  }

  /** Who has been silent for too long, in words. */
  private Optional<String> silent() {
    return member.cluster().others().mapToObj(this::silence).flatMap(Optional::stream).findFirst();
  }

  private Optional<String> silence(int other) {
    Duration since = Duration.ofNanos(System.nanoTime() - heard.get(other));
    Duration most = known[other] ? patience : patience.multipliedBy(4);
    if (since.compareTo(most) <= 0) {
      return Optional.empty();
    }
    String name = member.cluster().name(other);
    return Optional.of(
        known[other]
            ? name + " is lost: it has not answered for " + since.toSeconds() + " s"
            : name
                + " has not answered for "
                + since.toSeconds()
                + " s: is it started, and are address and port right?");
  }

  /** Ends the watch: from now on the others may end too. */
  @Override
  public void close() {
    closed = true;
  }

  /** Waits so long, or until the thread is interrupted, which it then still is. */
  static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
