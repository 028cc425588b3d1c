package io.mulan.tf;

import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.DeviceSpec;
import org.tensorflow.ExecutionEnvironment;
import org.tensorflow.Graph;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.op.Op;
import org.tensorflow.op.OpScope;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;

/**
 * Names for the operations of a graph, in linear time.
 *
 * <p>For each new scope, TensorFlow Java looks through the names of all operations of the graph.
 * This one remembers the names that it gave. So all operations whose names are chosen for them must
 * come from {@link #ops}.
 */
public final class GraphScope implements Scope {
  /** The names given in each graph. */
  private static final Map<Graph, OpScope> NAMES = Collections.synchronizedMap(new WeakHashMap<>());

  private final Graph graph;
  private final Scope names;

  private GraphScope(Graph graph, Scope names) {
    this.graph = graph;
    this.names = names;
  }

  /** What adds operations to a graph. */
  public static Ops ops(Graph graph) {
    OpScope names = NAMES.computeIfAbsent(graph, g -> new OpScope(new Environment(g)));
    return Ops.create(
        new Environment(graph) {
          @Override
          public Scope baseScope() {
            return new GraphScope(graph, names);
          }
        });
  }

  @Override
  public ExecutionEnvironment env() {
    return graph;
  }

  @Override
  public Scope withSubScope(String name) {
    return new GraphScope(graph, names.withSubScope(name));
  }

  @Override
  public Scope withName(String name) {
    return new GraphScope(graph, names.withName(name));
  }

  @Override
  public Scope withNameAsSubScope(String name) {
    return new GraphScope(graph, names.withNameAsSubScope(name));
  }

  @Override
  public Scope withDevice(DeviceSpec device) {
    return new GraphScope(graph, names.withDevice(device));
  }

  @Override
  public Scope withInitScope() {
    return new GraphScope(graph, names.withInitScope());
  }

  @Override
  public Scope withControlDependencyOps(Iterable<Operation> operations) {
    return new GraphScope(graph, names.withControlDependencyOps(operations));
  }

  @Override
  public String makeOpName(String name) {
    return names.makeOpName(name);
  }

  @Override
  public String makeUnique(String name) {
    return names.makeUnique(name);
  }

  @Override
  public void refreshNames() {
    names.refreshNames();
  }

  @Override
  public OperationBuilder apply(OperationBuilder builder) {
    return names.apply(builder);
  }

  @Override
  public String getDeviceString() {
    return names.getDeviceString();
  }

  @Override
  public boolean isInit() {
    return names.isInit();
  }

  /** A graph whose names TensorFlow Java does not look through, since it is not a {@link Graph}. */
  private static class Environment implements ExecutionEnvironment {
    private final WeakReference<Graph> graph;

    Environment(Graph graph) {
      this.graph = new WeakReference<>(graph);
    }

    @Override
    public OperationBuilder opBuilder(String type, String name, Scope scope) {
      return graph.get().opBuilder(type, name, scope);
    }

    @Override
    public void attachFunction(ConcreteFunction function) {
      graph.get().attachFunction(function);
    }

    @Override
    public void checkInput(Op input) {
      graph.get().checkInput(input);
    }

    @Override
    public void checkInput(Operation input) {
      graph.get().checkInput(input);
    }

    @Override
    public Types environmentType() {
      return Types.GRAPH;
    }

    @Override
    public Scope baseScope() {
      return graph.get().baseScope();
    }

    @Override
    public boolean isInitializer(Operation operation) {
      return graph.get().isInitializer(operation);
    }
  }
}
