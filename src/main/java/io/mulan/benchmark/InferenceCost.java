package io.mulan.benchmark;

import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ReverseProcess;
import io.mulan.export.ImageCost;
import io.mulan.flow.FlowGraph;
import io.mulan.flow.Probe;
import io.mulan.nn.Dropout;
import io.mulan.nn.Net;
import io.mulan.nn.Weights;
import io.mulan.tf.Gradients;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.Variables;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/**
 * What a trained model costs for each image, in floating-point operations of convolutions and
 * matrix products, counted from graphs for a batch of one without running them.
 */
final class InferenceCost {
  private final DiffusionModel model;

  InferenceCost(RunConfig config, ImageShape image) {
    model = new DiffusionModel(config, image);
  }

  /** Of the bound, at one time. */
  long bound() {
    return ImageCost.evaluation(model).flops();
  }

  /** Of the score network alone. */
  long network() {
    return count(build -> build.output(build.images(TFloat32.class)));
  }

  /** Of the score network and its vector-Jacobian product by its input. */
  long networkWithProduct() {
    return count(
        build -> {
          Operand<TFloat32> z = build.images(TFloat32.class);
          Operand<TFloat32> output = build.output(z);
          return Gradients.of(build.m(), output, output, List.of(z)).get(0);
        });
  }

  /** Of a step of the ancestral sampler. */
  long samplingStep() {
    return count(
        build -> {
          Operand<TFloat64> z = build.images(TFloat64.class);
          Maths<TFloat64> d = build.m().doubles();
          return build.reverse().step(z, d.constant(1), d.constant(0.5), z);
        });
  }

  /** Of an evaluation of the probability flow with Hutchinson's estimate of its divergence. */
  long flow() {
    return count(
        build -> {
          Operand<TFloat64> z = build.images(TFloat64.class);
          Operand<TFloat64> t = build.m().doubles().constant(0.5);
          Operand<TFloat64> drift = build.reverse().drift(z, t);
          return new FlowGraph(z, t, build.latent(), drift, Optional.empty())
              .withDivergence(build.m(), Probe.RADEMACHER)
              .divergence()
              .orElseThrow()
              .value();
        });
  }

  private interface Counted {
    Op build(Build build);
  }

  private long count(Counted counted) {
    try (Graph graph = new Graph()) {
      return ImageCost.cost(graph, List.of(counted.build(Build.in(graph, model)))).flops();
    }
  }

  /** A graph for one image. */
  private record Build(
      Maths<TFloat32> m,
      DiffusionModel model,
      Weights<TFloat32> weights,
      Operand<TFloat32> latent) {

    static Build in(Graph graph, DiffusionModel model) {
      Maths<TFloat32> m = ImageCost.maths(graph);
      Weights<TFloat32> weights = Weights.zeros(m, new Variables(graph));
      Operand<TFloat32> latent =
          Inputs.of(m.ops(), "latent", TFloat32.class, 1, model.withConditionsSize());
      return new Build(m, model, weights, latent);
    }

    <T extends TFloating> Operand<T> images(Class<T> type) {
      ImageShape image = model.image();
      Ops tf = m.ops();
      return Inputs.of(tf, "z", type, image.batch(1));
    }

    Operand<TFloat32> output(Operand<TFloat32> z) {
      Operand<TFloat64> gamma = Inputs.of(m.ops(), "gamma", TFloat64.class, 1, 1, 1, 1);
      Net<TFloat32> net = new Net<>(m, weights, Dropout.none(), "");
      return model.denoiser().output(net, z, gamma, latent);
    }

    ReverseProcess<TFloat32> reverse() {
      return model.reverse(m, weights, latent);
    }
  }
}
