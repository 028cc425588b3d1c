package io.mulan.compression;

import io.mulan.data.SignalPower;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Images that go through the network together, put on a stack with bits back and chained through
 * the steps as in Bit-Swap (Kingma, Abbeel, Ho 2019): take c by q(c given x) and z_0 by q(z_0 given
 * x, c), put x by p(x given z_0, c); for each step take z_t by q(z_t given z_s, c), put z_s by
 * p(z_s given z_t, c); at last put z_1 by the standard normal law and c by its prior. Reading does
 * the opposite in the opposite order.
 *
 * @param cells of the grid to a standard deviation, of the narrower of the two laws that code a z
 * @param made called after each step with the number of images; may throw to end the work
 */
record GroupCoder(ChainLaws laws, LatentCoder latent, int levels, double cells, IntConsumer made) {
  /** A word has the bits of so many dimensions of a z at least. */
  private static final int DIMENSIONS_PER_WORD = 4;

  /**
   * z of one time for each image and dimension: the numbers of the cells, and their widths [B n].
   */
  private record Layer(long[] cells, double[] widths) {

    double[] z() {
      double[] z = new double[cells.length];
      for (int i = 0; i < z.length; i++) {
        z[i] = cells[i] * widths[i];
      }
      return z;
    }
  }

  /** Puts images [B n] with these conditions [B k], and says what it took. */
  Cost put(Rans stack, byte[] images, float[] conditions) {
    double before = stack.bits();
    int batch = images.length / size();
    Cost cost = new Cost(laws.kl(images, conditions));
    float[] natural = laws.natural(images, conditions);
    float[] c = takeLatents(stack, natural, batch);
    cost.realised(stack.bits() - before);
    try (ChainLaws.Given given = laws.given(withConditions(c, conditions, batch), batch)) {
      ChainLaws.Link link = given.first();
      ChainLaws.Link next = given.link(1);
      double[] signal = signal(images);
      cost.begin(signal, link);
      Layer s = draw(stack, product(link.ratio(), signal), link.up(), widths(link, next), cost);
      putLevels(stack, images, s.z(), link, cost);
      for (int step = 1; step <= laws.steps(); step++) {
        link = next;
        next = step < laws.steps() ? given.link(step + 1) : null;
        Layer t = draw(stack, product(link.ratio(), s.z()), link.up(), widths(link, next), cost);
        double[] mean = given.mean(step, t.z());
        cost.step(link, t.z(), mean);
        put(stack, s, mean, link.down(), cost);
        s = t;
        made.accept(batch);
      }
      cost.end();
      double[] zeros = new double[images.length];
      put(stack, s, zeros, ones(images.length), cost);
    }
    double rest = stack.bits();
    putLatents(stack, prior(batch), c, batch);
    cost.realised(stack.bits() - rest);
    cost.whole(stack.bits() - before);
    return cost;
  }

  /**
   * Takes as many images as these conditions [B k] are for.
   *
   * @throws Rans.EmptyException if they cannot be there
   */
  byte[] take(Rans stack, float[] conditions, int batch) {
    byte[] images = new byte[batch * size()];
    float[] c = takeLatents(stack, prior(batch), batch);
    try (ChainLaws.Given given = laws.given(withConditions(c, conditions, batch), batch)) {
      ChainLaws.Link link = given.link(laws.steps());
      double[] zeros = new double[images.length];
      Layer t = take(stack, zeros, ones(images.length), widths(link, null));
      for (int step = laws.steps(); step >= 1; step--) {
        ChainLaws.Link before = step > 1 ? given.link(step - 1) : given.first();
        double[] mean = given.mean(step, t.z());
        Layer s = take(stack, mean, link.down(), widths(before, link));
        giveBack(stack, t, product(link.ratio(), s.z()), link.up());
        t = s;
        link = before;
        made.accept(batch);
      }
      takeLevels(stack, images, t.z(), link);
      giveBack(stack, t, product(link.ratio(), signal(images)), link.up());
    }
    putLatents(stack, laws.natural(images, conditions), c, batch);
    return images;
  }

  private int size() {
    return laws.image().size();
  }

  /**
   * Of the cells of a z.
   *
   * @param from the link that it is taken by
   * @param to the link that it is put by; null for the standard normal law
   */
  private double[] widths(ChainLaws.Link from, ChainLaws.Link to) {
    double[] widths = new double[from.up().length];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.min(from.up()[i], to == null ? 1 : to.down()[i]) / cells;
    }
    return widths;
  }

  /** Draws a z by the bits of the stack. */
  private static Layer draw(
      Rans stack, double[] mean, double[] deviation, double[] widths, Cost cost) {
    stack.mix(mean.length / DIMENSIONS_PER_WORD);
    Layer drawn = take(stack, mean, deviation, widths);
    cost.realised(-bits(drawn, mean, deviation));
    return drawn;
  }

  /** Gives back the bits that a z was drawn by. */
  private static void giveBack(Rans stack, Layer z, double[] mean, double[] deviation) {
    put(stack, z, mean, deviation);
    stack.unmix(mean.length / DIMENSIONS_PER_WORD);
  }

  private static Layer take(Rans stack, double[] mean, double[] deviation, double[] widths) {
    long[] cells = new long[mean.length];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = new GridNormal(mean[i], deviation[i], widths[i]).take(stack);
    }
    return new Layer(cells, widths);
  }

  private static void put(Rans stack, Layer z, double[] mean, double[] deviation, Cost cost) {
    put(stack, z, mean, deviation);
    cost.realised(bits(z, mean, deviation));
  }

  private static void put(Rans stack, Layer z, double[] mean, double[] deviation) {
    for (int i = mean.length - 1; i >= 0; i--) {
      new GridNormal(mean[i], deviation[i], z.widths()[i]).put(stack, z.cells()[i]);
    }
  }

  private static double bits(Layer z, double[] mean, double[] deviation) {
    double bits = 0;
    for (int i = 0; i < mean.length; i++) {
      bits += new GridNormal(mean[i], deviation[i], z.widths()[i]).bits(z.cells()[i]);
    }
    return bits;
  }

  private void putLevels(Rans stack, byte[] images, double[] z0, ChainLaws.Link first, Cost cost) {
    LevelLaw law = new LevelLaw(levels);
    double bits = 0;
    for (int i = images.length - 1; i >= 0; i--) {
      given(law, z0[i], first, i).put(stack, images[i] & 0xff);
      bits += law.bits(images[i] & 0xff);
    }
    cost.levels(bits);
  }

  private void takeLevels(Rans stack, byte[] images, double[] z0, ChainLaws.Link first) {
    LevelLaw law = new LevelLaw(levels);
    for (int i = 0; i < images.length; i++) {
      images[i] = (byte) given(law, z0[i], first, i).take(stack);
    }
  }

  private static LevelLaw given(LevelLaw law, double z0, ChainLaws.Link first, int i) {
    double alpha = first.ratio()[i];
    double perSigma = alpha / first.up()[i];
    return law.given(z0 / alpha, perSigma * perSigma);
  }

  private float[] takeLatents(Rans stack, float[] natural, int batch) {
    int width = natural.length / batch;
    float[][] c = new float[batch][];
    for (int b = 0; b < batch; b++) {
      c[b] = latent.take(stack, Arrays.copyOfRange(natural, b * width, (b + 1) * width));
    }
    return joined(c);
  }

  private void putLatents(Rans stack, float[] natural, float[] c, int batch) {
    int width = natural.length / batch;
    int m = c.length / batch;
    for (int b = batch - 1; b >= 0; b--) {
      latent.put(
          stack,
          Arrays.copyOfRange(natural, b * width, (b + 1) * width),
          Arrays.copyOfRange(c, b * m, (b + 1) * m));
    }
  }

  private float[] prior(int batch) {
    float[][] all = new float[batch][];
    Arrays.fill(all, latent.prior());
    return joined(all);
  }

  private static float[] withConditions(float[] c, float[] conditions, int batch) {
    int m = c.length / batch;
    int k = conditions.length / batch;
    float[][] both = new float[2 * batch][];
    for (int b = 0; b < batch; b++) {
      both[2 * b] = Arrays.copyOfRange(c, b * m, (b + 1) * m);
      both[2 * b + 1] = Arrays.copyOfRange(conditions, b * k, (b + 1) * k);
    }
    return joined(both);
  }

  private static float[] joined(float[][] rows) {
    float[] all = new float[Arrays.stream(rows).mapToInt(row -> row.length).sum()];
    int at = 0;
    for (float[] row : rows) {
      System.arraycopy(row, 0, all, at, row.length);
      at += row.length;
    }
    return all;
  }

  /** f of the levels. */
  private double[] signal(byte[] images) {
    double[] signal = new double[images.length];
    Arrays.setAll(signal, i -> SignalPower.signal(images[i] & 0xff, levels));
    return signal;
  }

  private static double[] product(double[] a, double[] b) {
    double[] product = new double[a.length];
    Arrays.setAll(product, i -> a[i] * b[i]);
    return product;
  }

  private static double[] ones(int size) {
    double[] ones = new double[size];
    Arrays.fill(ones, 1);
    return ones;
  }
}
