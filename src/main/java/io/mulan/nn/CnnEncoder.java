package io.mulan.nn;

import static io.mulan.nn.Layers.conv;

import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** The small encoder q(c|x): two convolutions, before its linear maps. */
public final class CnnEncoder {
  private CnnEncoder() {}

  /**
   * The features.
   *
   * @param signal image scaled into (-1,1) [B,H,W,C]
   * @return [B,16 H W]
   */
  public static <T extends TFloating> Operand<T> encode(Net<T> net, Operand<T> signal) {
    var nn = net.m().ops().nn;
    Operand<T> h = nn.relu(conv(net.in("CONV1"), signal, 32));
    h = nn.relu(conv(net.in("CONV2"), h, 16));
    return net.m().flatten(h);
  }
}
