package io.mulan.export;

import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Latent.NoiseLaw;
import io.mulan.diffusion.Noise;
import io.mulan.diffusion.Times;
import io.mulan.nn.Dropout;
import io.mulan.nn.Weights;
import io.mulan.tf.Gradients;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The training loss with its gradients for given images and noise, for cross-checks and for
 * training elsewhere, and the noise that training draws. There is no dropout, and all of the
 * latent's KL is charged.
 */
final class Loss {
  static final String NAME = "loss";
  static final String NOISE = "noise";

  /** What the names of gradients begin with; the weight's follows. */
  static final String GRADIENTS = "gradients/";

  private static final String LATENT_NOISE = "latent_noise";
  private static final String STEP =
      "updates made so far, which a latent's temperature may depend on";

  private Loss() {}

  static ModelSignature build(Served served) {
    Maths<TFloat32> m = served.m();
    CheckedInputs inputs = served.inputs(NAME);
    Operand<TUint8> images = inputs.images();
    DiffusionModel conditioned = served.conditioned(inputs);
    Operand<TFloat32> times =
        inputs.times("uniform draws, which become times as loss.times of the configuration says");
    Operand<TFloat32> reconstruction =
        inputs.pixels("reconstruction_noise", "ε_0 of z_0, standard normal");
    Operand<TFloat32> diffusion = inputs.pixels("diffusion_noise", "ε of z_t, standard normal");
    Operand<TFloat32> latent =
        served
            .model()
            .latentNoiseLaw(-1)
            .map(law -> inputs.latentNoise(LATENT_NOISE, law, served.model().latentDraws()))
            .orElse(m.constant(0));
    Operand<TFloat32> step = m.cast(inputs.counted("step", STEP, 0, Integer.MAX_VALUE));

    SortedMap<String, Operand<TFloat32>> used = new TreeMap<>();
    Weights<TFloat32> weights =
        (name, shape, initializer) ->
            used.computeIfAbsent(name, n -> served.weights().get(n, shape, initializer));
    DiffusionModel.TrainingBound<TFloat32> bound =
        conditioned.trainingBound(
            m,
            weights,
            Dropout.none(),
            images,
            new Noise<>(times, latent, step, reconstruction, diffusion));
    List<Operand<TFloat32>> terms = bound.terms().all();
    Operand<TFloat32> perImage = m.sum(m.ops().stack(terms), 0);
    Operand<TFloat32> loss =
        m.mul(m.add(m.mean(perImage, 0), bound.surrogate()), 1 / served.natsPerBit());
    List<Operand<TFloat32>> gradients =
        Gradients.of(m, loss, m.constant(1), List.copyOf(used.values()));

    List<Port> outputs = new ArrayList<>();
    outputs.add(served.port(NAME, "the mean bound, bits/dim", loss));
    for (int k = 0; k < terms.size(); k++) {
      String name = BoundTerms.NAMES.get(k);
      outputs.add(served.port(name, "the " + name + " term of each image, nats", terms.get(k)));
    }
    int k = 0;
    for (String name : used.keySet()) {
      outputs.add(served.port(GRADIENTS + name, "of the loss by this weight", gradients.get(k++)));
    }
    return inputs.signature("the training loss and its gradients", outputs);
  }

  static ModelSignature noise(Served served) {
    Ops tf = served.m().ops();
    CheckedInputs inputs = served.inputs(NOISE);
    Operand<TInt32> count = inputs.count("count", "images of the batch");
    Operand<TInt64> seed = inputs.seed();
    Operand<TInt64> step = inputs.counted("step", STEP, 0, Integer.MAX_VALUE);
    StatelessRandom<TFloat32> random = new StatelessRandom<>(served.m(), seed, step);
    Operand<TFloat32> times = Times.of(served.config().loss()).draw(random, count);
    Noise<TFloat32> noise =
        served.model().trainingNoise(random, count, times, served.m().cast(tf.constant(0)));
    List<Port> outputs = new ArrayList<>();
    outputs.add(served.port("times", "uniform draws of the batch", noise.times()));
    outputs.add(served.port("reconstruction_noise", "standard normal", noise.reconstruction()));
    outputs.add(served.port("diffusion_noise", "standard normal", noise.diffusion()));
    served
        .model()
        .latentNoiseLaw(-1)
        .ifPresent(
            law ->
                outputs.add(
                    served.port(
                        LATENT_NOISE,
                        law.law(),
                        served
                            .m()
                            .reshape(noise.latent(), drawn(law, served.model().latentDraws())))));
    return inputs.signature("the noise of a training step, for the signature loss", outputs);
  }

  /** The shape of a latent's noise with an axis for several draws before it. */
  static long[] drawn(NoiseLaw law, int draws) {
    LongStream shape = LongStream.of(law.shape().asArray());
    return (draws == 1 ? shape : LongStream.concat(LongStream.of(draws), shape)).toArray();
  }
}
