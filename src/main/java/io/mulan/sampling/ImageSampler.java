package io.mulan.sampling;

import io.mulan.tf.GraphSession;
import io.mulan.tf.Tensors;
import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** Runs a sampler. The same seed gives the same images, to the bit on a CPU. */
public final class ImageSampler {
  private final GraphSession session;
  private final SamplingGraph graph;
  private final long seed;
  private final boolean clip;

  /**
   * Without clipping.
   *
   * @param seed from 0 to 2^31 - 1
   */
  public ImageSampler(GraphSession session, SamplingGraph graph, long seed) {
    this(session, graph, seed, false);
  }

  /**
   * @param seed from 0 to 2^31 - 1
   * @param clip whether x̂ is kept in the range of images
   */
  public ImageSampler(GraphSession session, SamplingGraph graph, long seed, boolean clip) {
    this.session = session;
    this.graph = graph;
    this.seed = seed;
    this.clip = clip;
  }

  /** The length m + k of latents with the conditions next to them. */
  public int withConditionsSize() {
    return (int) graph.latent().shape().get(1);
  }

  /** Draws of c ~ p(c) for the images from {@code first} on [count,m]. */
  public TFloat32 latents(int first, int count) {
    try (Result result = begin(graph.priorLatent(), first, count)) {
      return Tensors.copy((TFloat32) result.get(0));
    }
  }

  /**
   * The same with conditions next to them [count,m+k].
   *
   * @param conditions of the images [count,k]
   */
  public TFloat32 latents(int first, int count, float[] conditions) {
    try (TFloat32 drawn = latents(first, count)) {
      return Tensors.concat(drawn, conditions);
    }
  }

  /** z_1 of the images from {@code first} on, one after the other. */
  public double[] noise(int first, int count) {
    try (Result result = begin(graph.noise(), first, count)) {
      return Tensors.doubles((TFloat64) result.get(0));
    }
  }

  private Result begin(Operand<?> what, int first, int count) {
    try (TInt64 s = TInt64.scalarOf(seed);
        TInt64 row = TInt64.scalarOf(first);
        TInt32 b = TInt32.scalarOf(count)) {
      return session
          .runner()
          .feed(graph.seed(), s)
          .feed(graph.firstRow(), row)
          .feed(graph.count(), b)
          .fetch(what)
          .run();
    }
  }

  /**
   * Between two steps.
   *
   * @param z of all images, one after the other
   * @param signal x̂ of the step before, likewise
   */
  public record State(double[] z, double[] signal) {

    /** Before the first step. */
    public static State of(double[] noise) {
      return new State(noise, new double[noise.length]);
    }
  }

  /**
   * z_0 after all steps.
   *
   * @param noise z_1 of all images, one after the other
   * @param latent [B,m+k]
   * @param first number of the first image
   */
  public double[] all(double[] noise, TFloat32 latent, int first, int steps) {
    return advance(State.of(noise), latent, first, 0, steps, steps).z();
  }

  /**
   * Makes steps.
   *
   * @param state before the step {@code from}
   * @param latent [B,m+k]
   * @param first number of the first image
   * @return the state before the step {@code to}
   */
  public State advance(State state, TFloat32 latent, int first, int from, int to, int steps) {
    try (TFloat64 now = tensor(state.z(), latent);
        TFloat64 before = tensor(state.signal(), latent);
        TBool clipped = TBool.scalarOf(clip);
        TInt64 s = TInt64.scalarOf(seed);
        TInt64 row = TInt64.scalarOf(first);
        TInt32 a = TInt32.scalarOf(from);
        TInt32 b = TInt32.scalarOf(to);
        TInt32 all = TInt32.scalarOf(steps);
        Result result =
            session
                .runner()
                .feed(graph.z(), now)
                .feed(graph.before(), before)
                .feed(graph.clip(), clipped)
                .feed(graph.latent(), latent)
                .feed(graph.seed(), s)
                .feed(graph.firstRow(), row)
                .feed(graph.from(), a)
                .feed(graph.to(), b)
                .feed(graph.steps(), all)
                .fetch(graph.state())
                .run()) {
      double[] both = Tensors.doubles((TFloat64) result.get(0));
      int half = both.length / 2;
      return new State(Arrays.copyOf(both, half), Arrays.copyOfRange(both, half, both.length));
    }
  }

  /** The most likely levels given z_0 [B,H,W,C]. */
  public byte[] mostLikely(double[] z0, TFloat32 latent) {
    return levels(graph.mostLikely(), z0, latent, 0);
  }

  /**
   * Levels drawn given z_0 [B,H,W,C].
   *
   * @param first number of the first image
   */
  public byte[] drawn(double[] z0, TFloat32 latent, int first) {
    return levels(graph.drawn(), z0, latent, first);
  }

  /** z as levels, for the eye [B,H,W,C]. */
  public byte[] view(double[] z, TFloat32 latent) {
    return levels(graph.view(), z, latent, 0);
  }

  private byte[] levels(Operand<TUint8> what, double[] z, TFloat32 latent, int first) {
    try (TFloat64 now = tensor(z, latent);
        TInt64 s = TInt64.scalarOf(seed);
        TInt64 row = TInt64.scalarOf(first);
        Result result =
            session
                .runner()
                .feed(graph.z(), now)
                .feed(graph.latent(), latent)
                .feed(graph.seed(), s)
                .feed(graph.firstRow(), row)
                .fetch(what)
                .run()) {
      TUint8 levels = (TUint8) result.get(0);
      byte[] bytes = new byte[(int) levels.size()];
      levels.asRawTensor().data().read(bytes);
      return bytes;
    }
  }

  private TFloat64 tensor(double[] z, TFloat32 latent) {
    Shape image = graph.z().shape();
    return Tensors.of(Shape.of(latent.shape().get(0), image.get(1), image.get(2), image.get(3)), z);
  }
}
