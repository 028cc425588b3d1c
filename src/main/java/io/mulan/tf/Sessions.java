package io.mulan.tf;

import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** Sessions whose results can be repeated to the bit. */
public final class Sessions {
  private Sessions() {}

  /** A session on this graph, to be closed before it. */
  public static Session open(Graph graph) {
    RewriterConfig rewriter =
        RewriterConfig.newBuilder()
            // The memory optimiser puts operations into the step that XLA can't compile.
            .setMemoryOptimization(RewriterConfig.MemOptType.NO_MEM_OPT)
            // It makes sums of two into sums of many, whose order varies.
            .setArithmeticOptimization(RewriterConfig.Toggle.OFF)
            .build();
    ConfigProto config =
        ConfigProto.newBuilder()
            .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .setAllowSoftPlacement(true)
            .build();
    return new Session(graph, config);
  }
}
