package io.mulan.nn;

import static io.mulan.nn.Initializer.ZEROS;
import static io.mulan.nn.Layers.conv;
import static io.mulan.nn.Layers.dense;
import static io.mulan.nn.Layers.groupNorm;
import static io.mulan.nn.Layers.linear;
import static io.mulan.nn.Layers.swish;

import io.mulan.config.NetworkConfig;
import io.mulan.tf.Maths;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/**
 * VDM's U-Net, which never leaves full resolution (Kingma et al. 2021, appendix B), as score
 * network and as encoder.
 *
 * @param c width, attention, Fourier features, groups
 */
public record UNet(NetworkConfig c) {
  private static final String CONDITIONING = "dense0";

  /** The kernel whose first inputs are the time's, and the others the conditioning's. */
  public static final String CONDITIONING_KERNEL = CONDITIONING + "/kernel";

  /** The score network's last layer, whose outputs are the channels of the image. */
  public static final String OUTPUT = "conv_out";

  /** How many inputs of {@link #CONDITIONING_KERNEL} are the time's. */
  public int timeInputs(int imageChannels) {
    return c.kind() == NetworkConfig.Kind.PER_PIXEL ? imageChannels * c.channels() : c.channels();
  }

  /**
   * The score network: {@code layers} blocks down, two in the middle, {@code layers + 1} up with
   * skip connections.
   *
   * @param z noisy image [B,H,W,C]
   * @param tau times in [0,1]: where γ is between the configured ends, one for an image [B,1], or
   *     one for each pixel and channel [B,H,W,C]
   * @param conditioning [B,k]
   * @param silent how many of the k, the first, the network may have to ignore at the start
   * @return what the last convolution gives, which starts at zero [B,H,W,C]
   */
  public <T extends TFloating> Operand<T> score(
      Net<T> net, Operand<T> z, Operand<T> tau, Operand<T> conditioning, int silent) {
    Operand<T> cond = conditioning(net, tau, conditioning, silent);
    Deque<Operand<T>> skips = down(net, z, cond, c.layers());
    Operand<T> h = middle(net, skips.peek(), cond);
    for (int i = 0; i <= c.layers(); i++) {
      h = net.m().concat(3, List.of(h, skips.pop()));
      h = block(net, "up", i, h, cond);
    }
    return out(net, h, z.shape().get(3));
  }

  /**
   * The encoder q(c|x), before its linear maps: the same blocks down and in the middle, to one
   * channel.
   *
   * @param signal image scaled into (-1,1) [B,H,W,C]
   * @param conditions of the image [B,k]; empty if the model has none
   * @param layers blocks before the middle
   * @return features [B,HW]
   */
  public <T extends TFloating> Operand<T> encode(
      Net<T> net, Operand<T> signal, Optional<Operand<T>> conditions, int layers) {
    Maths<T> m = net.m();
    // The published encoder is conditioned on time zero and a zero.
    Operand<T> zero =
        conditions
            .<Operand<T>>map(given -> m.ops().zerosLike(m.column(given, 0)))
            .orElseGet(() -> m.reshape(m.vector(0), 1, 1));
    Operand<T> cond = conditioning(net, zero, conditions.orElse(zero), 0); // [1 or B, 4 channels]
    Operand<T> h = middle(net, down(net, signal, cond, layers).peek(), cond);
    return swish(net, m.flatten(out(net, h, 1)));
  }

  private <T extends TFloating> Operand<T> conditioning(
      Net<T> net, Operand<T> tau, Operand<T> conditioning, int silent) {
    Maths<T> m = net.m();
    Operand<T> time = Embeddings.time(m, tau, c.channels()); // [B, channels], [B, H, W, C channels]
    int axis = tau.rank() - 1;
    Operand<T> both =
        m.concat(axis, List.of(time, axis == 1 ? conditioning : everywhere(m, conditioning, tau)));
    Initializer start =
        switch (c.conditioningStart()) {
          case RANDOM -> Initializer.LECUN_NORMAL;
          case ZERO -> new Initializer.WithoutInputs(time.shape().get(axis), silent);
        };
    Operand<T> h = swish(net, dense(net.in(CONDITIONING), both, 4L * c.channels(), start));
    return swish(net, dense(net.in("dense1"), h, 4L * c.channels()));
  }

  /** The same conditioning at every pixel: [B,k] to [B,H,W,k]. */
  private static <T extends TFloating> Operand<T> everywhere(
      Maths<T> m, Operand<T> conditioning, Operand<T> tau) {
    long[] shape = tau.shape().asArray();
    long k = conditioning.shape().get(1);
    int[] pixels = {1, (int) shape[1], (int) shape[2], 1};
    return m.ops().tile(m.reshape(conditioning, -1, 1, 1, k), m.ops().constant(pixels));
  }

  /** What each block down gives, the last on top. */
  private <T extends TFloating> Deque<Operand<T>> down(
      Net<T> net, Operand<T> image, Operand<T> cond, int layers) {
    Deque<Operand<T>> skips = new ArrayDeque<>();
    Operand<T> features = Embeddings.withFourier(net.m(), image, c.fourier());
    skips.push(conv(net.in("conv_in"), features, c.channels()));
    for (int i = 0; i < layers; i++) {
      skips.push(block(net, "down", i, skips.peek(), cond));
    }
    return skips;
  }

  private <T extends TFloating> Operand<T> block(
      Net<T> net, String side, int i, Operand<T> x, Operand<T> cond) {
    Operand<T> h = resnet(net.in(side + ".block_" + i), x, cond, c.channels(), c.groups());
    return c.attention() ? attention(net.in(side + ".attn_" + i), h, c.groups()) : h;
  }

  private <T extends TFloating> Operand<T> middle(Net<T> net, Operand<T> x, Operand<T> cond) {
    Operand<T> h = resnet(net.in("mid.block_1"), x, cond, c.channels(), c.groups());
    h = attention(net.in("mid.attn_1"), h, c.groups());
    return resnet(net.in("mid.block_2"), h, cond, c.channels(), c.groups());
  }

  private <T extends TFloating> Operand<T> out(Net<T> net, Operand<T> x, long channels) {
    Operand<T> h = swish(net, groupNorm(net.in("GroupNorm_0"), x, c.groups()));
    return conv(net.in(OUTPUT), h, channels, ZEROS);
  }

  /** Fixed features of times and pixels. */
  static final class Embeddings {
    private static final double TIME_SCALE = 1000;
    private static final double LONGEST_PERIOD = 10000;

    private Embeddings() {}

    /**
     * Sines, then cosines, of each time at frequencies from 1000 down to 0.1 (Vaswani et al. 2017):
     * [...,n] to [...,n size], those of one time together.
     *
     * @param size at least 4; an odd one ends in a zero
     */
    static <T extends TFloating> Operand<T> time(Maths<T> m, Operand<T> tau, int size) {
      int half = size / 2;
      double[] frequencies = new double[half];
      for (int j = 0; j < half; j++) {
        frequencies[j] = Math.exp(-j * Math.log(LONGEST_PERIOD) / (half - 1));
      }
      Operand<T> angles =
          m.mul(m.reshape(m.mul(tau, TIME_SCALE), -1, 1), m.vector(frequencies)); // [all, half]
      var tf = m.ops();
      Operand<T> waves = m.concat(1, List.of(tf.math.sin(angles), tf.math.cos(angles)));
      if (size % 2 != 0) {
        waves = tf.pad(waves, tf.constant(new int[][] {{0, 0}, {0, 1}}), m.constant(0));
      }
      long[] shape = tau.shape().asArray();
      shape[0] = -1;
      shape[shape.length - 1] *= size;
      return m.reshape(waves, shape);
    }

    /**
     * An image with the sines and cosines of its values at 2^e turns a unit (Kingma et al. 2021,
     * appendix C), which show the network the fine detail that a likelihood needs: [B,H,W,C] to
     * [B,H,W,C(1 + 2 exponents)].
     */
    static <T extends TFloating> Operand<T> withFourier(
        Maths<T> m, Operand<T> z, List<Double> exponents) {
      if (exponents.isEmpty()) {
        return z;
      }
      var tf = m.ops();
      double[] factors = exponents.stream().mapToDouble(e -> Math.pow(2, e)).toArray();
      long[] shape = z.shape().asArray();
      long channels = shape[3];
      Operand<T> turns =
          m.mul(m.reshape(z, -1, shape[1], shape[2], channels, 1), m.vector(factors));
      // Whole turns are dropped before π comes in: its rounding would grow with them.
      Operand<T> part = m.sub(turns, m.constantFor(tf.math.rint(turns)));
      Operand<T> angles = m.mul(part, 2 * Math.PI);
      angles = m.reshape(angles, -1, shape[1], shape[2], channels * factors.length);
      return m.concat(3, List.of(z, tf.math.sin(angles), tf.math.cos(angles)));
    }
  }

  /**
   * A residual block of two convolutions, with the conditioning added between them.
   *
   * @param x [B,H,W,in]
   * @param conditioning [B,k], or [1,k] for the same in every image, or [B,H,W,k]
   * @return [B,H,W,out]
   */
  private static <T extends TFloating> Operand<T> resnet(
      Net<T> net, Operand<T> x, Operand<T> conditioning, long out, int groups) {
    Maths<T> m = net.m();
    Operand<T> h =
        conv(net.in("conv1"), swish(net, groupNorm(net.in("GroupNorm_0"), x, groups)), out);
    Operand<T> shift = linear(net.in("cond_proj"), conditioning, out, ZEROS);
    h = m.add(h, conditioning.rank() == 2 ? m.reshape(shift, -1, 1, 1, out) : shift);
    h = swish(net, groupNorm(net.in("GroupNorm_1"), h, groups));
    h = conv(net.in("conv2"), net.dropped(h), out, ZEROS);
    Operand<T> straight = x.shape().get(-1) == out ? x : dense(net.in("nin_shortcut"), x, out);
    return m.add(straight, h);
  }

  /**
   * Self-attention with one head over all positions, added to its input: [B,H,W,C] to [B,H,W,C].
   */
  private static <T extends TFloating> Operand<T> attention(Net<T> net, Operand<T> x, int groups) {
    Maths<T> m = net.m();
    long height = x.shape().get(1);
    long width = x.shape().get(2);
    long channels = x.shape().get(3);
    Operand<T> rows =
        m.reshape(groupNorm(net.in("GroupNorm_0"), x, groups), -1, height * width, channels);
    Operand<T> q = m.mul(dense(net.in("q"), rows, channels), 1 / Math.sqrt((double) channels));
    Operand<T> k = dense(net.in("k"), rows, channels);
    Operand<T> v = dense(net.in("v"), rows, channels);
    Operand<T> scores = m.batchMatMul(q, k, true); // [B, HW, HW]
    Operand<T> mixed = m.batchMatMul(m.ops().nn.softmax(scores), v, false); // [B, HW, C]
    Operand<T> out = dense(net.in("proj_out"), mixed, channels, ZEROS);
    return m.add(x, m.reshape(out, -1, height, width, channels));
  }
}
