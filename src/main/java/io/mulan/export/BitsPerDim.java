package io.mulan.export;

import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.likelihood.BoundGraph;
import io.mulan.tf.Inputs;
import io.mulan.tf.Loop;
import io.mulan.tf.Maths;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The bound on -log p(x) of each image, a mean over stratified times: what {@code mulan evaluate}
 * measures, with the same noise. The draws are made in batches as large as in training, in a loop
 * inside the graph. {@code bits_per_dim} takes times and seed as inputs; {@code score} has them
 * fixed, for programs that give one tensor.
 */
final class BitsPerDim {
  static final String NAME = "bits_per_dim";
  static final String SCORE = "score";

  /** That of {@code mulan evaluate}, unless it is given another. */
  private static final long SCORE_SEED = 0;

  private final Served served;
  private final DiffusionModel model;
  private final Operand<TUint8> images;
  private final Operand<TInt64> perImage;
  private final Operand<TInt64> seed;

  private BitsPerDim(
      Served served,
      DiffusionModel model,
      Operand<TUint8> images,
      Operand<TInt64> perImage,
      Operand<TInt64> seed) {
    this.served = served;
    this.model = model;
    this.images = images;
    this.perImage = perImage;
    this.seed = seed;
  }

  static ModelSignature build(Served served) {
    CheckedInputs inputs = served.inputs(NAME);
    Ops tf = served.m().ops();
    Operand<TUint8> images = inputs.images();
    DiffusionModel model = served.conditioned(inputs);
    Operand<TInt32> times =
        inputs.count(
            "times_per_image", "stratified times that the bound of an image is a mean over");
    BitsPerDim bound =
        new BitsPerDim(served, model, images, tf.dtypes.cast(times, TInt64.class), inputs.seed());
    return inputs.signature(
        "the variational bound of each image, by term, in bits/dim", bound.outputs());
  }

  /** The sum of the terms alone, with seed 0. */
  static ModelSignature score(Served served, int times) {
    CheckedInputs inputs = served.inputs(SCORE);
    Ops tf = served.m().ops();
    Operand<TUint8> images = inputs.images();
    BitsPerDim bound =
        new BitsPerDim(
            served,
            served.conditioned(inputs),
            images,
            tf.constant((long) times),
            tf.constant(SCORE_SEED));
    Maths<TFloat64> d = served.m().doubles();
    Operand<TFloat64> nats = d.sum(bound.mean(), 1); // [B]
    return inputs.signature(
        "the variational bound of each image, with %d stratified %s and seed %d: one tensor in"
            .formatted(times, times == 1 ? "time" : "times", SCORE_SEED),
        List.of(bound.total(nats), bound.inNats(nats)));
  }

  private Port total(Operand<TFloat64> nats) {
    Operand<TFloat64> bits = served.m().doubles().mul(nats, 1 / served.natsPerBit());
    return served.rounded(NAME, "the bound: the sum of the terms", bits);
  }

  private Port inNats(Operand<TFloat64> nats) {
    return served.rounded("nats", "the bound in nats", nats);
  }

  private List<Port> outputs() {
    Maths<TFloat64> d = served.m().doubles();
    Operand<TFloat64> nats = mean();
    Operand<TFloat64> sum = d.sum(nats, 1); // [B]
    Operand<TFloat64> bits = d.mul(nats, 1 / served.natsPerBit()); // [B, terms]
    List<Port> ports = new ArrayList<>();
    ports.add(total(sum));
    for (int k = 0; k < BoundTerms.NAMES.size(); k++) {
      String name = BoundTerms.NAMES.get(k);
      ports.add(
          served.rounded(
              name, "the " + name + " term, bits/dim", d.reshape(d.column(bits, k), -1)));
    }
    ports.add(inNats(sum));
    return ports;
  }

  /** Means over the draws of each image, nats [B, terms]. */
  private Operand<TFloat64> mean() {
    Ops tf = served.m().ops();
    Maths<TFloat64> d = served.m().doubles();
    Operand<TInt32> count = Inputs.count(tf, images);
    Operand<TInt64> rows = tf.math.mul(tf.dtypes.cast(count, TInt64.class), perImage);
    Operand<TInt64> batch = tf.constant((long) served.config().training().batch());
    Operand<TInt64> full = tf.math.add(rows, tf.math.sub(batch, tf.constant(1L)));
    Operand<TInt32> rounds = tf.dtypes.cast(tf.math.floorDiv(full, batch), TInt32.class);
    Operand<TFloat64> sums =
        Loop.repeat(
            tf,
            tf.constant(0),
            rounds,
            d.zeros(count, BoundTerms.NAMES.size()),
            (around, i, sum) -> add(around, i, sum, rows));
    return d.div(sums, d.cast(perImage));
  }

  /** The sums after another batch of draws, which are numbered image after image. */
  private Operand<TFloat64> add(
      Loop.Around around, Operand<TInt32> i, Operand<TFloat64> sums, Operand<TInt64> rows) {
    Ops tf = around.ops();
    Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
    Maths<TFloat64> d = m.doubles();
    Operand<TInt64> batch = tf.constant((long) served.config().training().batch());
    Operand<TInt64> first = tf.math.mul(tf.dtypes.cast(i, TInt64.class), batch);
    Operand<TInt64> end = tf.math.minimum(tf.math.add(first, batch), around.of(rows));
    Operand<TInt64> drawn = tf.range(first, end, tf.constant(1L));
    Operand<TInt64> image = tf.math.floorDiv(drawn, around.of(perImage));
    Operand<TUint8> pixels = tf.gather(around.of(images), image, tf.constant(0));
    DiffusionModel conditioned =
        model
            .conditions()
            .map(all -> model.given(tf.gather(around.of(all), image, tf.constant(0))))
            .orElse(model);
    BoundGraph bound =
        BoundGraph.of(
            m,
            conditioned,
            served.weights().inside(around),
            pixels,
            around.of(seed),
            first,
            around.of(perImage));
    Operand<TFloat32> byRow =
        tf.linalg.transpose(bound.terms(), tf.constant(new int[] {1, 0})); // [rows, terms]
    Operand<TInt32> images = Inputs.count(tf, sums);
    return d.add(sums, tf.math.unsortedSegmentSum(d.cast(byRow), image, images));
  }
}
