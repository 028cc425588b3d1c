package io.mulan.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AllocatorMemoryUsed;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;

final class StepTraceTest {

  @Test
  void operationsAreReadByNameAndType() {
    try (Graph graph = new Graph();
        TFloat32 numbers = Tensors.of(Shape.of(300, 300), new float[90_000])) {
      Ops tf = GraphScope.ops(graph);
      Operand<TFloat32> x = Inputs.of(tf, "x", TFloat32.class, 300, 300);
      Operand<TFloat32> y = tf.withName("product").linalg.matMul(x, x);
      Operand<TFloat32> z = tf.withName("wave").math.tan(y);
      try (GraphSession session = GraphSession.open(graph)) {
        StepTrace trace = StepTrace.of(session.runner().feed(x, numbers).fetch(z));
        assertTrue(type(trace, "product").endsWith("MatMul"), trace::toString);
        assertEquals("Tan", type(trace, "wave"));
        assertTrue(trace.wallSeconds() > 0, trace::toString);
        assertTrue(trace.tensorBytes() >= 4 * 90_000, trace::toString);
        double sum =
            trace.by(StepTrace.Ran::type).values().stream()
                .mapToDouble(StepTrace.Group::seconds)
                .sum();
        assertEquals(trace.operationSeconds(), sum, 1e-12);
      }
    }
  }

  @Test
  void runsOfTwoSessionsAreTracedAtTheSameTime() {
    List<StepTrace> traces =
        IntStream.range(0, 2)
            .mapToObj(i -> CompletableFuture.supplyAsync(StepTraceTest::lastOfMany))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
    traces.forEach(trace -> assertEquals("Tan", type(trace, "wave")));
  }

  private static StepTrace lastOfMany() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Operand<TFloat32> x = Inputs.of(tf, "x", TFloat32.class);
      Operand<TFloat32> wave = tf.withName("wave").math.tan(x);
      try (GraphSession session = GraphSession.open(graph);
          TFloat32 one = TFloat32.scalarOf(1)) {
        return Stream.generate(() -> StepTrace.of(session.runner().feed(x, one).fetch(wave)))
            .limit(50)
            .reduce((earlier, later) -> later)
            .orElseThrow();
      }
    }
  }

  private static String type(StepTrace trace, String name) {
    return trace.operations().stream()
        .filter(o -> o.name().equals(name))
        .map(StepTrace.Ran::type)
        .findFirst()
        .orElse("not there");
  }

  @Test
  void groupsCountAndAdd() {
    StepTrace trace =
        new StepTrace(
            List.of(
                new StepTrace.Ran("a", "Add", 1),
                new StepTrace.Ran("b", "Mul", 2),
                new StepTrace.Ran("c", "Add", 3)),
            4,
            null);
    assertEquals(
        Map.of("Add", new StepTrace.Group(2, 4), "Mul", new StepTrace.Group(1, 2)),
        trace.by(StepTrace.Ran::type));
  }

  @Test
  void foldedConstantsBelongToWhatTheyWereMadeFrom() {
    StepTrace trace =
        StepTrace.read(
            stats(
                device(
                    "/device:CPU:0",
                    node("ConstantFolding/gradients_1/x", "ConstantFolding/x = Const()", 0, 1),
                    node("y", "[cpu 0.3MB 0.3MB] y = Sub(a, b)", 5, 7))));
    assertEquals(
        List.of(
            new StepTrace.Ran("gradients_1/x", "Const", 1e-6), new StepTrace.Ran("y", "Sub", 7e-6)),
        trace.operations());
    assertEquals(12e-6, trace.wallSeconds(), 1e-15);
    assertNull(trace.tensorBytes());
  }

  @Test
  void kernelsOfAGpuCountOnce() {
    NodeExecStats launch = node("a", "a = MatMul(x, y)", 0, 1);
    NodeExecStats withMemory =
        launch.toBuilder()
            .addMemory(AllocatorMemoryUsed.newBuilder().setAllocatorBytesInUse(77))
            .build();
    NodeExecStats kernel = node("a:MatMul", "gemm_kernel", 10, 50);
    StepTrace trace =
        StepTrace.read(
            stats(
                device("/device:GPU:0", withMemory),
                device("/device:GPU:0/stream:all", kernel),
                device("/device:GPU:0/stream:14", kernel)));
    assertEquals(List.of(new StepTrace.Ran("a", "MatMul", 50e-6)), trace.operations());
    assertEquals(50e-6, trace.wallSeconds(), 1e-15);
    assertEquals(77, trace.tensorBytes());
  }

  private static StepStats stats(DeviceStepStats... devices) {
    return StepStats.newBuilder().addAllDevStats(List.of(devices)).build();
  }

  private static DeviceStepStats device(String name, NodeExecStats... nodes) {
    return DeviceStepStats.newBuilder().setDevice(name).addAllNodeStats(List.of(nodes)).build();
  }

  private static NodeExecStats node(String name, String label, long start, long micros) {
    return NodeExecStats.newBuilder()
        .setNodeName(name)
        .setTimelineLabel(label)
        .setAllStartMicros(1000 + start)
        .setOpEndRelMicros(micros)
        .setAllEndRelMicros(micros)
        .build();
  }
}
