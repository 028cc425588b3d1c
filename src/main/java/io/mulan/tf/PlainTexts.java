package io.mulan.tf;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A graph whose constant texts are stored as {@code string_val}. TensorFlow stores those that Java
 * makes as {@code tensor_content}, which OpenVINO does not read.
 */
final class PlainTexts {
  private static final String VALUE = "value";

  private PlainTexts() {}

  /** The same graph and functions. */
  static GraphDef of(GraphDef graph) {
    GraphDef.Builder all = graph.toBuilder();
    all.getNodeBuilderList().forEach(PlainTexts::write);
    for (FunctionDef.Builder function : all.getLibraryBuilder().getFunctionBuilderList()) {
      function.getNodeDefBuilderList().forEach(PlainTexts::write);
    }
    return all.build();
  }

  private static void write(NodeDef.Builder node) {
    TensorProto tensor = node.getAttrOrDefault(VALUE, AttrValue.getDefaultInstance()).getTensor();
    if (tensor.getDtype() == DataType.DT_STRING && !tensor.getTensorContent().isEmpty()) {
      TensorProto.Builder plain = tensor.toBuilder().clearTensorContent();
      texts(tensor).forEach(plain::addStringVal);
      node.putAttr(VALUE, AttrValue.newBuilder().setTensor(plain).build());
    }
  }

  /** {@code tensor_content} has the lengths of all texts, then the texts. */
  private static List<ByteString> texts(TensorProto tensor) {
    long count =
        tensor.getTensorShape().getDimList().stream()
            .mapToLong(TensorShapeProto.Dim::getSize)
            .reduce(1, Math::multiplyExact);
    CodedInputStream in = tensor.getTensorContent().newCodedInput();
    try {
      List<Integer> lengths = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        lengths.add(in.readUInt32());
      }
      List<ByteString> texts = new ArrayList<>();
      for (int length : lengths) {
        texts.add(ByteString.copyFrom(in.readRawBytes(length)));
      }
      return texts;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // no file is read
    }
  }
}
