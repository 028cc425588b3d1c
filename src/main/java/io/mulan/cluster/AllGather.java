package io.mulan.cluster;

import io.mulan.tf.GraphScope;
import java.util.Arrays;
import org.tensorflow.Graph;
import org.tensorflow.Operation;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt64;

/** Lets every process of a cluster know numbers of all; the caller waits for all others. */
final class AllGather implements AutoCloseable {
  private static final int LENGTH = 4096;
  private static final long INSTANCE = 1;

  private final Cluster cluster;
  private final Graph graph = new Graph();
  private final Placeholder<TInt64> mine;
  private final Operation all;
  private final Session session;

  public AllGather(ClusterMember member) {
    cluster = member.cluster();
    Ops tf = GraphScope.ops(graph);
    mine = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(LENGTH)));
    all =
        graph
            .opBuilder("CollectiveGather", "all", graph.baseScope())
            .addInput(mine.asOutput())
            .setAttr("group_size", (long) cluster.size())
            .setAttr("group_key", AllReduce.GROUP)
            .setAttr("instance_key", INSTANCE)
            .setAttr("shape", Shape.of((long) LENGTH * cluster.size()))
            .setAttr("T", mine.asOutput().dataType())
            .build();
    session = member.open(graph);
  }

  /**
   * The numbers of all processes, in their order.
   *
   * @param numbers of this one; the others have as many
   */
  public long[][] all(long[] numbers) {
    long[][] found = new long[cluster.size()][numbers.length];
    for (int first = 0; first < numbers.length; first += LENGTH) {
      int count = Math.min(LENGTH, numbers.length - first);
      try (TInt64 block = TInt64.vectorOf(Arrays.copyOfRange(numbers, first, first + LENGTH));
          Result result = session.runner().feed(mine, block).fetch(all.output(0)).run()) {
        TInt64 blocks = (TInt64) result.get(0);
        for (int process = 0; process < found.length; process++) {
          for (int i = 0; i < count; i++) {
            found[process][first + i] = blocks.getLong((long) process * LENGTH + i);
          }
        }
      }
    }
    return found;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
