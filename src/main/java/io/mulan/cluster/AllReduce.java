package io.mulan.cluster;

import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Sums over all processes of a cluster, by TensorFlow's collective operations; every process gets
 * the same bits.
 *
 * <p>They wait for each other, in the same order everywhere. Gradients travel in pieces, each as
 * soon as it is there.
 */
public final class AllReduce {
  /** Of a piece: large enough that its bytes cost more than its messages. */
  private static final long PIECE_NUMBERS = 1 << 20;

  /** All devices of a cluster are one group. */
  static final long GROUP = 1;

  private final Cluster cluster;
  private final long firstInstance;
  private int instances;
  private Operation previous;

  /**
   * Sums in one graph.
   *
   * @param firstInstance a number that no sum of another graph has
   */
  public AllReduce(Cluster cluster, long firstInstance) {
    this.cluster = cluster;
    this.firstInstance = firstInstance;
  }

  /** The sum of a tensor over all processes. */
  public <T extends TType> Operand<T> sum(Ops tf, Operand<T> mine) {
    Graph graph = (Graph) tf.scope().env();
    var builder =
        graph
            .opBuilder("CollectiveReduce", "all_reduce_" + instances, graph.baseScope())
            .addInput(mine.asOutput())
            .setAttr("group_size", (long) cluster.size())
            .setAttr("group_key", GROUP)
            .setAttr("instance_key", firstInstance + instances)
            .setAttr("merge_op", "Add")
            .setAttr("final_op", "Id")
            .setAttr("subdiv_offsets", new long[] {0})
            .setAttr("T", mine.asOutput().dataType());
    if (previous != null) {
      builder.addControlInput(previous);
    }
    previous = builder.build();
    instances++;
    return typed(previous.output(0));
  }

  /** The sums of tensors that come one after the other, in pieces. */
  public <T extends TFloating> List<Operand<T>> sums(Maths<T> m, List<Operand<T>> mine) {
    List<Operand<T>> sums = new ArrayList<>();
    List<Operand<T>> piece = new ArrayList<>();
    long numbers = 0;
    for (Operand<T> x : mine) {
      piece.add(x);
      numbers += x.shape().size();
      if (numbers >= PIECE_NUMBERS) {
        sums.addAll(piece(m, piece));
        piece.clear();
        numbers = 0;
      }
    }
    if (!piece.isEmpty()) {
      sums.addAll(piece(m, piece));
    }
    return sums;
  }

  private <T extends TFloating> List<Operand<T>> piece(Maths<T> m, List<Operand<T>> piece) {
    Ops tf = m.ops();
    List<Operand<T>> flat = piece.stream().<Operand<T>>map(x -> m.reshape(x, -1)).toList();
    Operand<T> sum = sum(tf, flat.size() == 1 ? flat.get(0) : m.concat(0, flat));
    List<Operand<T>> sums = new ArrayList<>();
    long first = 0;
    for (Operand<T> x : piece) {
      long size = x.shape().size();
      Operand<T> part =
          tf.slice(sum, tf.constant(new long[] {first}), tf.constant(new long[] {size}));
      sums.add(tf.reshape(part, tf.constant(x.shape().asArray())));
      first += size;
    }
    return sums;
  }

  @SuppressWarnings("unchecked")
  private static <T extends TType> Operand<T> typed(Output<?> output) {
    return (Operand<T>) output;
  }
}
