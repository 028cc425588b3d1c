package io.mulan.compression;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Pieces of work, several at once, whose results are taken in order. */
final class InOrder {
  private InOrder() {}

  /** Takes a result. */
  @FunctionalInterface
  interface Sink<T> {
    void take(int number, T result);
  }

  /**
   * Does all pieces.
   *
   * @param atOnce as many are in memory as well
   * @param piece called in order, in this thread; what it returns runs in another
   */
  static <T> void run(int pieces, int atOnce, IntFunction<Callable<T>> piece, Sink<T> sink) {
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(pieces, atOnce));
    try {
      Deque<Future<T>> running = new ArrayDeque<>();
      int taken = 0;
      for (int i = 0; i < pieces; i++) {
        running.add(threads.submit(piece.apply(i)));
        if (running.size() == atOnce) {
          sink.take(taken++, result(running.remove()));
        }
      }
      while (!running.isEmpty()) {
        sink.take(taken++, result(running.remove()));
      }
    } finally {
      threads.shutdownNow();
      awaitEnd(threads);
    }
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The model is closed after this. */
  private static void awaitEnd(ExecutorService threads) {
    try {
      while (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
        Thread.onSpinWait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
