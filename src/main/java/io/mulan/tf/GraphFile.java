package io.mulan.tf;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.tensorflow.Graph;

/** Graphs as TensorFlow's messages in files. */
public final class GraphFile {
  private GraphFile() {}

  /** A binary GraphDef: of the same nodes always the same bytes. */
  public static byte[] of(Graph graph) {
    return bytes(graph.toGraphDef());
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
