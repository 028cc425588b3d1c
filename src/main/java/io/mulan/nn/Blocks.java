package io.mulan.nn;

import static io.mulan.nn.Initializer.ZEROS;
import static io.mulan.nn.Layers.conv;
import static io.mulan.nn.Layers.dense;
import static io.mulan.nn.Layers.groupNorm;
import static io.mulan.nn.Layers.linear;
import static io.mulan.nn.Layers.swish;

import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** The residual and attention blocks of VDM's U-Net (Kingma et al. 2021, appendix B). */
final class Blocks {
  private Blocks() {}

  /**
   * A residual block of two convolutions, with the conditioning added between them.
   *
   * @param x [B,H,W,in]
   * @param conditioning [B,k], or [1,k] for the same in every image, or [B,H,W,k]
   * @return [B,H,W,out]
   */
  static <T extends TFloating> Operand<T> resnet(
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
  static <T extends TFloating> Operand<T> attention(Net<T> net, Operand<T> x, int groups) {
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
