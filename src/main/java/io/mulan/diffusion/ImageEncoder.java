package io.mulan.diffusion;

import io.mulan.config.LatentConfig;
import io.mulan.nn.CnnEncoder;
import io.mulan.nn.Layers;
import io.mulan.nn.Net;
import io.mulan.nn.UNet;
import io.mulan.tf.Maths;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** A network and its linear maps, which a latent's law is made of; built when first asked for. */
final class ImageEncoder<T extends TFloating> implements Latent.Encoder<T> {
  private final Net<T> net;
  private final LatentConfig c;
  private final UNet network;
  private final Operand<T> signal;
  private Operand<T> features;

  /**
   * @param signal images scaled into (-1,1) [B,H,W,C]
   */
  ImageEncoder(Net<T> net, LatentConfig c, UNet network, Operand<T> signal) {
    this.net = net;
    this.c = c;
    this.network = network;
    this.signal = signal;
  }

  @Override
  public Operand<T> head(String suffix) {
    if (features == null) {
      features =
          switch (c.encoder()) {
            case UNET -> network.encode(net, signal, c.encoderLayers());
            case CNN -> CnnEncoder.encode(net, signal);
          };
    }
    String name =
        switch (c.encoder()) {
          case UNET -> "dense_layer_final";
          case CNN -> "DENSE";
        };
    return Layers.dense(net.in(name + suffix), features, c.size());
  }

  @Override
  public Operand<T> zeros() {
    Maths<T> m = net.m();
    return m.ops().zerosLike(m.column(m.flatten(signal), 0));
  }
}
