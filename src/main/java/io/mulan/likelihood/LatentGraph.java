package io.mulan.likelihood;

import io.mulan.diffusion.Posterior;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * The latents drawn for a batch, and the laws they are drawn from.
 *
 * @param mean E[c|x] [B,m]
 * @param natural of the law as an exponential family [B,d]
 * @param logPartition [B]
 * @param statistics of the latents drawn [B,d]
 * @param priorVariance of each component of c; zero if there is no latent
 */
public record LatentGraph(
    Operand<TFloat32> mean,
    Operand<TFloat32> natural,
    Operand<TFloat32> logPartition,
    Operand<TFloat32> statistics,
    double priorVariance) {

  static LatentGraph of(Posterior<TFloat32> posterior, Operand<TFloat32> c, double priorVariance) {
    return new LatentGraph(
        posterior.mean(),
        posterior.natural(),
        posterior.logPartition(),
        posterior.statistics(c),
        priorVariance);
  }


  List<Operand<TFloat32>> all() {
    return List.of(mean, natural, logPartition, statistics);
  }
}
