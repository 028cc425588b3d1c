package io.mulan.export;

import io.mulan.tf.SavedModelWriter;
import java.util.List;
import org.tensorflow.Signature;

/**
 * A function of a served model.
 *
 * @param summary what it does, for people
 */
public record ModelSignature(String name, String summary, List<Port> inputs, List<Port> outputs) {

  /** As TensorFlow has it, under a name of its own or another. */
  Signature as(String key) {
    Signature.Builder signature = Signature.builder(key).methodName(SavedModelWriter.PREDICT);
    inputs.forEach(p -> signature.input(p.name(), p.operand()));
    outputs.forEach(p -> signature.output(p.name(), p.operand()));
    return signature.build();
  }
}
