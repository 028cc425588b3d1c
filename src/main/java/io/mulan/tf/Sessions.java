package io.mulan.tf;

import java.nio.file.Path;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** Sessions whose results can be repeated to the bit. */
public final class Sessions {
  private static volatile boolean asBuilt;

  private Sessions() {}

  /**
   * From now on TensorFlow does not rewrite graphs first: a training step of the digits then takes
   * some 4% longer, and the first one 8 s less.
   */
  public static void keepGraphsAsBuilt() {
    asBuilt = true;
  }

  /** A session on this graph, to be closed before it. */
  public static Session open(Graph graph) {
    return new Session(graph, config().build());
  }

  /** A SavedModel, loaded as a server does. */
  public static SavedModelBundle load(Path folder) {
    RewriterConfig rewriter = RewriterConfig.newBuilder().setDisableMetaOptimizer(asBuilt).build();
    return SavedModelBundle.loader(folder.toString())
        .withTags(SavedModelWriter.TAG)
        .withConfigProto(
            ConfigProto.newBuilder()
                .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
                .build())
        .load();
  }

  /** What makes results repeatable. */
  public static ConfigProto.Builder config() {
    RewriterConfig rewriter =
        RewriterConfig.newBuilder()
            // The memory optimiser puts operations into the step that XLA can't compile.
            .setMemoryOptimization(RewriterConfig.MemOptType.NO_MEM_OPT)
            // It makes sums of two into sums of many, whose order varies.
            .setArithmeticOptimization(RewriterConfig.Toggle.OFF)
            .setDisableMetaOptimizer(asBuilt)
            .build();
    return ConfigProto.newBuilder()
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
        .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
        .setAllowSoftPlacement(true);
  }
}
