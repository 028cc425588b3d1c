package io.mulan.export;

import io.mulan.config.RunConfig;
import io.mulan.data.Conditions;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.nn.Weights;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** A model with its weights, in a graph that signatures are added to. */
record Served(
    Maths<TFloat32> m, DiffusionModel model, Weights<TFloat32> weights, RunConfig config) {

  CheckedInputs inputs(String signature) {
    return new CheckedInputs(m.ops(), signature, model.image(), config.data().levels());
  }

  /** The model with the conditions that the inputs of a signature give. */
  DiffusionModel conditioned(CheckedInputs inputs) {
    return inputs.conditioned(model, Conditions.of(config.data()));
  }

  /** An output. */
  Port port(String name, String description, Operand<?> x) {
    return new Port(name, description, x);
  }

  /** An output of what is computed in double precision. */
  Port rounded(String name, String description, Operand<TFloat64> x) {
    return port(name, description, m.cast(x));
  }

  /** Nats of an image for a bit of each of its dimensions. */
  double natsPerBit() {
    return model.image().size() * Math.log(2);
  }

  /** One for each time of a batch [B,1], as the model takes them. */
  Operand<TFloat64> column(Operand<TFloat32> times) {
    Maths<TFloat64> d = m.doubles();
    return d.reshape(d.cast(times), -1, 1);
  }
}
