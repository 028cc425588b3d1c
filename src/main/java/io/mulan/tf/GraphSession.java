package io.mulan.tf;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.proto.RunOptions;

/**
 * A session whose results can be repeated to the bit.
 *
 * <p>It runs a {@link RewrittenGraph}. Operands and operations are those of the graph as it was
 * built. That graph stays open as long as the session, and what is added to it later is not in the
 * session.
 */
public final class GraphSession implements AutoCloseable {
  /** TensorFlow refuses to trace two runs of one process at the same time. */
  private static final Object TRACED = new Object();

  private static volatile boolean asBuilt;

  private final Graph graph;
  private final Session session;

  private GraphSession(Graph graph, Function<Graph, Session> open) {
    this.graph = graph;
    try {
      session = open.apply(graph);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /**
   * From now on TensorFlow does not optimise graphs first: a training step of the digits then takes
   * some 4% longer, and the first one seconds less.
   */
  public static void keepGraphsAsBuilt() {
    asBuilt = true;
  }

  /**
   * A session on this graph, to be closed before it: for a few runs, so that TensorFlow optimises
   * the graph quickly.
   */
  public static GraphSession open(Graph built) {
    return open(built, Rewriting.NONE, GraphSession::plain);
  }

  /**
   * A session on this graph for thousands of runs, to be closed before it: TensorFlow computes
   * constants beforehand as well.
   */
  public static GraphSession openForTraining(Graph built, Rewriting rewriting) {
    return open(built, rewriting, graph -> new Session(graph, trainingConfig()));
  }

  /**
   * A session of another kind.
   *
   * @param open opens TensorFlow's session on the rewritten graph
   */
  public static GraphSession open(Graph built, Rewriting rewriting, Function<Graph, Session> open) {
    return new GraphSession(RewrittenGraph.of(built, rewriting), open);
  }

  /** A SavedModel, loaded for a few runs. */
  public static SavedModelBundle load(Path folder) {
    return SavedModelBundle.loader(folder.toString())
        .withTags(SavedModelWriter.TAG)
        .withConfigProto(config(quick()))
        .load();
  }

  /** TensorFlow's own session on a graph as it is, to be closed before it. */
  public static Session plain(Graph graph) {
    return new Session(graph, config(quick()));
  }

  /** What makes results repeatable. */
  public static ConfigProto trainingConfig() {
    // What gradients compute of constants is not computed in each step.
    return config(quick().addOptimizers("constfold"));
  }

  /** What most of the gain comes from, once: the rest takes twice as long as all else. */
  private static RewriterConfig.Builder quick() {
    return RewriterConfig.newBuilder()
        .addAllOptimizers(List.of("pruning", "function", "remap"))
        .setMetaOptimizerIterations(RewriterConfig.NumIterationsType.ONE);
  }

  private static ConfigProto config(RewriterConfig.Builder rewriter) {
    // The memory optimiser puts operations into the step that XLA cannot compile.
    rewriter.setMemoryOptimization(RewriterConfig.MemOptType.NO_MEM_OPT);
    // It makes sums of two into sums of many, whose order varies.
    rewriter.setArithmeticOptimization(RewriterConfig.Toggle.OFF);
    rewriter.setDisableMetaOptimizer(asBuilt);
    return ConfigProto.newBuilder()
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
        .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
        .setAllowSoftPlacement(true)
        .build();
  }

  /** The graph that runs, to be looked at. */
  public Graph graph() {
    return graph;
  }

  public Runner runner() {
    return new Runner(session.runner());
  }

  /** One run, as TensorFlow's. */
  public static final class Runner {
    private final Session.Runner runner;

    private Runner(Session.Runner runner) {
      this.runner = runner;
    }

    public Runner feed(Operand<?> operand, Tensor value) {
      runner.feed(name(operand), index(operand), value);
      return this;
    }

    public Runner fetch(Operand<?> operand) {
      runner.fetch(name(operand), index(operand));
      return this;
    }

    public Runner addTarget(Op target) {
      return addTarget(target.op());
    }

    public Runner addTarget(Operation target) {
      runner.addTarget(target.name());
      return this;
    }

    /** The values fetched, in order, to be closed. */
    public Result run() {
      return runner.run();
    }

    /** The same with times and memory of each operation; waits while another run is traced. */
    Result runTraced() {
      RunOptions full =
          RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
      synchronized (TRACED) {
        return runner.setOptions(full).runAndFetchMetadata();
      }
    }

    private static String name(Operand<?> operand) {
      return operand.op().name();
    }

    private static int index(Operand<?> operand) {
      return operand.asOutput().index();
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
