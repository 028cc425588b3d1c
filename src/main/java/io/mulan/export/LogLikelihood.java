package io.mulan.export;

import io.mulan.diffusion.DiffusionModel;
import io.mulan.flow.Probe;
import io.mulan.flow.RungeKutta;
import io.mulan.likelihood.Dequantisation;
import io.mulan.likelihood.DequantisedStart;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The log-likelihood by the probability flow, as {@code mulan evaluate --method exact} measures it
 * with one sample and the same noise, but for the solver: steps of a fixed number instead of a
 * tolerance.
 */
final class LogLikelihood {
  static final String NAME = "log_likelihood";

  private LogLikelihood() {}

  static ModelSignature build(Served served) {
    Maths<TFloat32> m = served.m();
    Maths<TFloat64> d = m.doubles();
    Ops tf = m.ops();
    CheckedInputs inputs = served.inputs(NAME);
    Operand<TUint8> images = inputs.images();
    DiffusionModel conditioned = served.conditioned(inputs);
    Operand<TInt32> steps =
        inputs.count("steps", "of the Runge-Kutta method of order 4, four evaluations each");
    Operand<TInt64> seed = inputs.seed();
    Operand<TInt64> none = tf.constant(0L);
    DequantisedStart start =
        DequantisedStart.of(
            m,
            conditioned,
            served.weights(),
            new Dequantisation.TruncatedNormal(served.config().data().levels()),
            false,
            images,
            seed,
            none,
            none);
    StatelessRandom<TFloat64> random = new StatelessRandom<>(d, seed, none).rows(none);
    Operand<TFloat64> probe = Probe.RADEMACHER.draw(random, "probe", tf.shape(start.z0()));
    RungeKutta.End end =
        new RungeKutta(m, conditioned, served.weights(), start.latent(), probe, steps)
            .follow(start.z0());
    Operand<TFloat64> squares = d.mul(d.sumPerImage(d.square(end.z())), 0.5);
    double logScale = 0.5 * served.model().image().size() * Math.log(2 * Math.PI);
    Operand<TFloat64> flow = d.sub(d.add(squares, logScale), end.divergence());
    Operand<TFloat64> kl = d.cast(start.kl());
    Operand<TFloat64> total = d.add(d.add(flow, start.expectedDequantisation()), kl);
    return inputs.signature(
        "the log-likelihood of each image by the probability flow: for the latent and the"
            + " dequantisation noise drawn it is exact but for steps and probe, over them a lower"
            + " bound",
        List.of(
            served.rounded(NAME, "log p(x) in nats", d.neg(total)),
            served.rounded(
                "bits_per_dim", "the same in bits/dim", d.mul(total, 1 / served.natsPerBit())),
            served.rounded("flow", "-log p(z_0|c) in nats", flow),
            served.rounded(
                "dequantisation", "log q(z_0|x) in nats", start.expectedDequantisation()),
            served.rounded("latent", "KL(q(c|x) ‖ p(c)) in nats", kl)));
  }
}
