package io.mulan.diffusion;

import io.mulan.config.LatentConfig;
import io.mulan.nn.Initializer;
import io.mulan.nn.Layers;
import io.mulan.nn.Net;
import io.mulan.nn.UNet;
import io.mulan.tf.Maths;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TFloating;

/** A network and its linear maps, which a latent's law is made of; built when first asked for. */
final class ImageEncoder<T extends TFloating> implements Latent.Encoder<T> {
  private final Net<T> net;
  private final LatentConfig c;
  private final UNet network;
  private final Operand<T> signal;
  private final Optional<Operand<T>> conditions;
  private Operand<T> features;

  /**
   * @param signal images scaled into (-1,1) [B,H,W,C]
   * @param conditions of the images [B,k]; empty if the model has none
   */
  ImageEncoder(
      Net<T> net,
      LatentConfig c,
      UNet network,
      Operand<T> signal,
      Optional<Operand<T>> conditions) {
    this.net = net;
    this.c = c;
    this.network = network;
    this.signal = signal;
    this.conditions = conditions;
  }

  @Override
  public Operand<T> head(String suffix) {
    if (features == null) {
      features =
          switch (c.encoder()) {
            case UNET -> network.encode(net, signal, conditions, c.encoderLayers());
            case CNN -> withConditions(convolutions());
          };
    }
    String name =
        switch (c.encoder()) {
          case UNET -> "dense_layer_final";
          case CNN -> "DENSE";
        };
    Initializer start =
        c.encoderGain() == 1
            ? Initializer.LECUN_NORMAL
            : new Initializer.Times(c.encoderGain(), Initializer.LECUN_NORMAL);
    return Layers.dense(net.in(name + suffix), features, c.size(), start);
  }

  /** The small encoder, before its linear maps: two convolutions [B,16 H W]. */
  private Operand<T> convolutions() {
    var nn = net.m().ops().nn;
    Operand<T> h = nn.relu(Layers.conv(net.in("CONV1"), signal, 32));
    h = nn.relu(Layers.conv(net.in("CONV2"), h, 16));
    return net.m().flatten(h);
  }

  private Operand<T> withConditions(Operand<T> image) {
    return conditions.map(given -> net.m().concat(1, List.of(image, given))).orElse(image);
  }

  @Override
  public Operand<T> zeros() {
    Maths<T> m = net.m();
    return m.ops().zerosLike(m.column(m.flatten(signal), 0));
  }
}
