package io.mulan.tf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tensorflow.Result;
import org.tensorflow.proto.AllocatorMemoryUsed;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.StepStats;

/**
 * What TensorFlow's own trace says of one run of a session.
 *
 * <p>Operations run at the same time, so their times together are more than the time from the first
 * to the last.
 *
 * @param operations in the order of TensorFlow's report
 * @param wallSeconds from the start of the first operation to the end of the last
 * @param tensorBytes the most that any allocator of tensors had given out, as far as operations
 *     say; null where they say nothing
 */
public record StepTrace(List<Ran> operations, double wallSeconds, Long tensorBytes) {
  /** Where TensorFlow lists what ran on a GPU, each kernel once. */
  private static final String KERNELS = "/stream:all";

  private static final String FOLDED = "ConstantFolding/";

  /**
   * An operation that ran.
   *
   * @param name in the graph; of what TensorFlow's optimiser made, the name it was made from
   * @param type such as {@code Conv2D}
   * @param seconds it took
   */
  public record Ran(String name, String type, double seconds) {}

  /**
   * Operations of one group.
   *
   * @param seconds they took together
   */
  public record Group(int count, double seconds) {
    private Group with(Ran operation) {
      return new Group(count + 1, seconds + operation.seconds());
    }
  }

  public StepTrace {
    operations = List.copyOf(operations);
  }

  /** Runs once and reads the trace of it; what is fetched is thrown away. */
  public static StepTrace of(GraphSession.Runner runner) {
    try (Result result = runner.runTraced()) {
      return read(result.getMetadata().map(RunMetadata::getStepStats).orElseThrow());
    }
  }

  /** The times of all operations together, in seconds. */
  public double operationSeconds() {
    return operations.stream().mapToDouble(Ran::seconds).sum();
  }

  /** The operations by what {@code group} says of each. */
  public Map<String, Group> by(Function<Ran, String> group) {
    Map<String, Group> groups = new LinkedHashMap<>();
    for (Ran operation : operations) {
      Group before = groups.getOrDefault(group.apply(operation), new Group(0, 0));
      groups.put(group.apply(operation), before.with(operation));
    }
    return groups;
  }

  static StepTrace read(StepStats stats) {
    List<DeviceStepStats> devices = stats.getDevStatsList();
    boolean kernels = devices.stream().anyMatch(d -> d.getDevice().endsWith(KERNELS));
    List<Ran> operations = new ArrayList<>();
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    long bytes = 0;
    for (DeviceStepStats device : devices) {
      boolean gpu = device.getDevice().endsWith(KERNELS);
      for (NodeExecStats node : device.getNodeStatsList()) {
        bytes = Math.max(bytes, bytes(node));
        if (kernels ? gpu : !device.getDevice().contains("/stream:")) {
          operations.add(gpu ? kernel(node) : operation(node));
          first = Math.min(first, start(node));
          last = Math.max(last, start(node) + end(node));
        }
      }
    }
    double wall = operations.isEmpty() ? 0 : (last - first) / 1e9;
    return new StepTrace(operations, wall, bytes == 0 ? null : bytes);
  }

  /** Its label is {@code name = Type(inputs)}, behind the memory it took, if that is much. */
  private static Ran operation(NodeExecStats node) {
    String label = node.getTimelineLabel();
    int begin = label.indexOf(" = ") + 3;
    int end = label.indexOf('(', begin);
    String type = begin > 2 && end > begin ? label.substring(begin, end) : node.getNodeName();
    return new Ran(made(node.getNodeName()), type, seconds(node));
  }

  /** It is called {@code name:Type}. */
  private static Ran kernel(NodeExecStats node) {
    String[] fields = node.getNodeName().split(":");
    return new Ran(made(fields[0]), fields[fields.length - 1], seconds(node));
  }

  private static String made(String name) {
    return name.startsWith(FOLDED) ? name.substring(FOLDED.length()) : name;
  }

  private static double seconds(NodeExecStats node) {
    long nanos = node.getOpEndRelNanos() - node.getOpStartRelNanos();
    return nanos > 0
        ? nanos / 1e9
        : Math.max(0, node.getOpEndRelMicros() - node.getOpStartRelMicros()) / 1e6;
  }

  private static long start(NodeExecStats node) {
    return node.getAllStartNanos() > 0 ? node.getAllStartNanos() : 1000 * node.getAllStartMicros();
  }

  private static long end(NodeExecStats node) {
    return node.getAllEndRelNanos() > 0
        ? node.getAllEndRelNanos()
        : 1000 * node.getAllEndRelMicros();
  }

  /** What the allocator had given out after the operation, or the operation itself took. */
  private static long bytes(NodeExecStats node) {
    return node.getMemoryList().stream()
        .mapToLong(m -> Math.max(m.getAllocatorBytesInUse(), own(m)))
        .max()
        .orElse(0);
  }

  private static long own(AllocatorMemoryUsed memory) {
    return memory.getPeakBytes();
  }
}
