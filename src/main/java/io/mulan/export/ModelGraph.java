package io.mulan.export;

import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Noise;
import io.mulan.nn.Dropout;
import io.mulan.nn.Weights;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * The variational bound as a pure function: images [B,H,W,C], uniform draws for the times [B] and
 * all other noise go in, the four terms of the bound come out, each [B] in nats. Nothing random is
 * inside, and no dropout; weights are resource variables, zero at first.
 *
 * @param inputs in the order of {@link Noise}, after the images and their conditions
 * @param outputs in the order of {@link BoundTerms#NAMES}, and with these names
 * @param weights sorted by name
 */
record ModelGraph(List<Port> inputs, List<Port> outputs, List<Variable<?>> weights) {

  /** The name of the operation that sets all weights to zero. */
  public static final String INITIALIZE = "initialize";

  private static final List<String> MEANINGS =
      List.of(
          "-log p(x | z_0)",
          "KL of q(z_1 | x, c) to the standard normal",
          "KL of q(c | x) to p(c)",
          "½ Σ γ'(t) (ε - ε̂)² at the one time drawn");

  /**
   * Adds it to a graph.
   *
   * @param variables where the weights are made
   * @param batch how many images at once; -1 for any number
   */
  static ModelGraph build(
      Maths<TFloat32> m, DiffusionModel model, Variables variables, long batch) {
    Inlets in = new Inlets(m.ops(), batch);
    Operand<TUint8> images =
        in.images(
            TUint8.class, "images", model, "levels from 0 to " + (model.codec().levels() - 1));
    DiffusionModel conditioned = in.conditions(model);
    Noise<TFloat32> noise = noise(m, model, in);
    Weights<TFloat32> zeros = Weights.zeros(m.in("initial"), variables);
    BoundTerms<TFloat32> terms = conditioned.bound(m, zeros, Dropout.none(), images, noise);
    variables.initializer(INITIALIZE);
    List<Variable<?>> weights = new ArrayList<>(variables.all());
    weights.sort(Comparator.comparing(Variable::name));
    return new ModelGraph(in.all, outputs(m.ops(), terms), weights);
  }

  private static Noise<TFloat32> noise(Maths<TFloat32> m, DiffusionModel model, Inlets in) {
    Operand<TFloat32> times =
        in.add(TFloat32.class, "times", "uniform in [0,1), which times are made from", in.batch);
    Operand<TFloat32> latent =
        model
            .latentNoiseLaw(in.batch)
            .map(l -> in.add(TFloat32.class, "latent_noise", l.law(), l.shape().asArray()))
            .orElse(m.constant(0));
    return new Noise<>(
        times,
        latent,
        // A temperature, which the step gives, shapes gradients only, and there are none.
        m.constant(0),
        in.images(TFloat32.class, "reconstruction_noise", model, "ε_0 of z_0, standard normal"),
        in.images(TFloat32.class, "diffusion_noise", model, "ε of z_t, standard normal"));
  }

  /** Makes inputs, and keeps them. */
  private record Inlets(Ops tf, long batch, List<Port> all) {
    Inlets(Ops tf, long batch) {
      this(tf, batch, new ArrayList<>());
    }

    /** The model with the conditions of the images. */
    DiffusionModel conditions(DiffusionModel model) {
      int size = model.conditionsSize();
      return size == 0
          ? model
          : model.given(
              add(
                  TFloat32.class,
                  "conditions",
                  "conditions of an image: a one at its class, last whether it was augmented",
                  batch,
                  size));
    }

    /** [B,H,W,C]. */
    <T extends TType> Operand<T> images(
        Class<T> type, String name, DiffusionModel model, String meaning) {
      return add(type, name, meaning, model.image().batch(batch));
    }

    <T extends TType> Operand<T> add(Class<T> type, String name, String meaning, long... shape) {
      Operand<T> input = Inputs.of(tf, name, type, shape);
      all.add(new Port(name, meaning, input));
      return input;
    }
  }

  private static List<Port> outputs(Ops tf, BoundTerms<TFloat32> terms) {
    List<Port> outputs = new ArrayList<>();
    for (int i = 0; i < BoundTerms.NAMES.size(); i++) {
      Operand<TFloat32> term = terms.all().get(i);
      String name = BoundTerms.NAMES.get(i);
      outputs.add(new Port(name, MEANINGS.get(i), tf.withName(name).identity(term)));
    }
    return outputs;
  }
}
