package io.mulan.tf;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.tensorflow.Graph;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** Graphs as TensorFlow's messages in files. */
public final class GraphFile {
  private static final String VALUE = "value";
  private static final int LARGE = 1024;

  private GraphFile() {}

  /** A binary GraphDef: of the same nodes always the same bytes. */
  public static byte[] of(Graph graph) {
    return bytes(graph.toGraphDef());
  }

  /** The same graph, to be looked at: no constant of it has more than {@value #LARGE} bytes. */
  public static GraphDef withoutLargeConstants(GraphDef graph) {
    GraphDef.Builder small = graph.toBuilder();
    small.getNodeBuilderList().forEach(GraphFile::shorten);
    small
        .getLibraryBuilder()
        .getFunctionBuilderList()
        .forEach(function -> function.getNodeDefBuilderList().forEach(GraphFile::shorten));
    return small.build();
  }

  private static void shorten(NodeDef.Builder node) {
    AttrValue value = node.getAttrMap().get(VALUE);
    if (node.getOp().equals("Const") && value.getSerializedSize() > LARGE) {
      TensorProto tensor = value.getTensor();
      TensorProto.Builder only =
          TensorProto.newBuilder()
              .setDtype(tensor.getDtype())
              .setTensorShape(tensor.getTensorShape());
      node.putAttr(VALUE, AttrValue.newBuilder().setTensor(only).build());
    }
  }

  /** A message; its maps, such as attributes, have no order of their own otherwise. */
  static byte[] bytes(MessageLite message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.checkNoSpaceLeft();
    return bytes;
  }
}
