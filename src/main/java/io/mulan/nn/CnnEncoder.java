package io.mulan.nn;

import static io.mulan.nn.Layers.conv;
import static io.mulan.nn.Layers.dense;

import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** The small encoder q(c|x): two convolutions and a linear map. */
public final class CnnEncoder {
  private CnnEncoder() {}

  /**
   * The logits.
   *
   * @param signal image scaled into (-1,1) [B,H,W,C]
   * @return [B,size]
   */
  public static <T extends TFloating> Operand<T> encode(Net<T> net, Operand<T> signal, int size) {
    var nn = net.m().ops().nn;
    Operand<T> h = nn.relu(conv(net.in("CONV1"), signal, 32));
    h = nn.relu(conv(net.in("CONV2"), h, 16));
    return dense(net.in("DENSE"), net.m().flatten(h), size);
  }
}
