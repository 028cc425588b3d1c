package io.mulan.export;

import com.google.protobuf.ByteString;
import io.mulan.tf.TfRecordWriter;
import io.mulan.tf.WireMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Requests that TensorFlow Serving makes of a model before it serves it, so that the first user
 * does not wait for what is done once: records of its message {@code PredictionLog}.
 *
 * <p>TensorFlow Java has none of Serving's messages. The few fields that are needed are written by
 * their numbers in {@code tensorflow_serving/apis/prediction_log.proto}, {@code predict.proto} and
 * {@code model.proto}.
 */
final class WarmupRequests {
  /** Where Serving looks for them. */
  static final String FILE = "assets.extra/tf_serving_warmup_requests";

  private static final int PREDICT_LOG = 6;
  private static final int REQUEST = 1;
  private static final int MODEL_SPEC = 1;
  private static final int INPUTS = 2;
  private static final int MODEL_NAME = 1;
  private static final int SIGNATURE_NAME = 3;
  private static final int KEY = 1;
  private static final int VALUE = 2;

  private WarmupRequests() {}

  /**
   * Writes one for each signature.
   *
   * @param model the name it is to be served under
   */
  static void write(Path folder, String model, List<ModelSignature> signatures) throws IOException {
    Path file = folder.resolve(FILE);
    Files.createDirectories(file.getParent());
    try (OutputStream out = Files.newOutputStream(file);
        TfRecordWriter records = new TfRecordWriter(out)) {
      for (ModelSignature signature : signatures) {
        try (Examples examples = new Examples(signature)) {
          records.write(log(model, signature.name(), examples.tensors()));
        }
      }
    }
  }

  private static byte[] log(String model, String signature, Map<String, Tensor> inputs) {
    byte[] spec =
        WireMessage.of(
            m -> {
              m.writeString(MODEL_NAME, model);
              m.writeString(SIGNATURE_NAME, signature);
            });
    byte[] request =
        WireMessage.of(
            m -> {
              m.writeByteArray(MODEL_SPEC, spec);
              for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                m.writeByteArray(INPUTS, entry(input.getKey(), proto(input.getValue())));
              }
            });
    byte[] predict = WireMessage.of(m -> m.writeByteArray(REQUEST, request));
    return WireMessage.of(m -> m.writeByteArray(PREDICT_LOG, predict));
  }

  private static TensorProto proto(Tensor tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : tensor.shape().asArray()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    ByteDataBuffer data = tensor.asRawTensor().data();
    byte[] bytes = new byte[(int) data.size()];
    data.read(bytes);
    return TensorProto.newBuilder()
        .setDtype(tensor.dataType())
        .setTensorShape(shape)
        .setTensorContent(ByteString.copyFrom(bytes))
        .build();
  }

  private static byte[] entry(String key, TensorProto value) {
    return WireMessage.of(
        m -> {
          m.writeString(KEY, key);
          m.writeByteArray(VALUE, value.toByteArray());
        });
  }
}
