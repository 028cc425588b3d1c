package io.mulan.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.cluster.Workers;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** What of the step decides where it runs: it must be free to run on a GPU, as one program. */
final class PlacementTest {
  private static final String CALL = "compiled_step";

  @ParameterizedTest
  @ValueSource(strings = {"training.accumulate=1", "training.accumulate=2"})
  void theCompiledStepIsOneProgramForAnyDevice(String setting) {
    RunConfig config = SmallRun.config(setting);
    GraphDef definition;
    int variables;
    try (Graph graph = new Graph()) {
      TrainingGraph built =
          new TrainingGraph(
              graph,
              config,
              new DiffusionModel(config, SmallRun.data(config).train().shape()),
              true,
              Workers.alone());
      variables = built.variables().size();
      definition = graph.toGraphDef();
    }
    NodeDef call = only(definition.getNodeList(), CALL);
    assertEquals("StatefulPartitionedCall", call.getOp());
    assertTrue(call.getAttrOrThrow("_XlaMustCompile").getB());
    // Variables are updated inside, where they lie: images go in, and no weight.
    assertEquals(1 + variables, call.getInputCount());
    assertEquals(Set.of(), devices(definition));

    FunctionDef step =
        definition.getLibrary().getFunctionList().stream()
            .filter(f -> f.getSignature().getName().equals(function(call)))
            .findFirst()
            .orElseThrow();
    Set<String> inside =
        step.getNodeDefList().stream().map(NodeDef::getOp).collect(Collectors.toSet());
    assertTrue(inside.contains("ResourceApplyAdam"), inside::toString);
    assertEquals(
        config.training().accumulate() > 1, inside.contains("StatelessWhile"), inside::toString);
  }

  private static String function(NodeDef call) {
    return call.getAttrOrThrow("f").getFunc().getName();
  }

  private static NodeDef only(List<NodeDef> nodes, String name) {
    List<NodeDef> named = nodes.stream().filter(n -> n.getName().equals(name)).toList();
    assertEquals(1, named.size());
    return named.get(0);
  }

  /** All devices that an operation is bound to. */
  private static Set<String> devices(GraphDef definition) {
    return Stream.concat(
            definition.getNodeList().stream(),
            definition.getLibrary().getFunctionList().stream()
                .flatMap(f -> f.getNodeDefList().stream()))
        .map(NodeDef::getDevice)
        .filter(device -> !device.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
