package io.mulan.export;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;

/** A graph as TensorFlow's binary GraphDef, the same graph always as the same bytes. */
final class GraphFile {
  private GraphFile() {}

  static byte[] of(Graph graph) {
    GraphDef definition = inOrder(graph.toGraphDef());
    byte[] bytes = new byte[definition.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    // Attributes are a map, whose order varies otherwise.
    out.useDeterministicSerialization();
    try {
      definition.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.checkNoSpaceLeft();
    return bytes;
  }

  /** Nodes lie as they were made, functions in no order. */
  private static GraphDef inOrder(GraphDef definition) {
    GraphDef.Builder ordered = definition.toBuilder();
    List<FunctionDef> functions =
        definition.getLibrary().getFunctionList().stream()
            .sorted(Comparator.comparing(f -> f.getSignature().getName()))
            .toList();
    ordered.getLibraryBuilder().clearFunction().addAllFunction(functions);
    return ordered.build();
  }
}
