package io.mulan.export;

import io.mulan.config.ImageShape;
import io.mulan.data.Conditions;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Latent.NoiseLaw;
import io.mulan.tf.Inputs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * The inputs of a signature. What does not fit fails with an error of TensorFlow's that names the
 * input, before anything is computed with it.
 */
final class CheckedInputs {
  private final Ops tf;
  private final String signature;

  /** Its operations are named {@code SIGNATURE/INPUT} and {@code SIGNATURE/OUTPUT}. */
  private final Ops own;

  private final ImageShape image;
  private final int levels;
  private final List<Port> ports = new ArrayList<>();

  /** How many rows the batch has, and the input that says so. */
  private Supplier<Operand<TInt32>> rows;

  private String rowsName;

  /**
   * @param signature what the names of the inputs' operations begin with
   * @param levels of the images
   */
  CheckedInputs(Ops tf, String signature, ImageShape image, int levels) {
    this.tf = tf;
    this.signature = signature;
    own = tf.withSubScope(signature);
    this.image = image;
    this.levels = levels;
  }

  /**
   * The signature of these inputs, in the order they were asked for. A program in C finds its
   * operations by their names; an output that is called as an input has {@code _1} after its name.
   *
   * @param summary what it does, for people
   */
  ModelSignature signature(String summary, List<Port> outputs) {
    List<Port> named =
        outputs.stream()
            .map(
                p ->
                    new Port(
                        p.name(),
                        p.description(),
                        own.withName(p.name().replace('/', '_')).identity(p.operand())))
            .toList();
    return new ModelSignature(signature, summary, List.copyOf(ports), named);
  }

  /** Levels [B,H,W,C]. */
  Operand<TUint8> images() {
    String range = "levels from 0 to " + (levels - 1);
    Operand<TUint8> images = batch("images", range, TUint8.class, ofImages());
    Operand<TInt32> largest =
        tf.max(
            tf.reshape(tf.dtypes.cast(images, TInt32.class), tf.constant(new int[] {-1})),
            tf.constant(0));
    return checked(images, tf.math.less(largest, tf.constant(levels)), "images", range, largest);
  }

  /** A tensor of the images' shape [B,H,W,C]. */
  Operand<TFloat32> pixels(String name, String description) {
    return batch(name, description, TFloat32.class, ofImages());
  }

  private long[] ofImages() {
    return new long[] {image.height(), image.width(), image.channels()};
  }

  /** A tensor of the batch [B,...]. */
  Operand<TFloat32> floats(String name, String description, long... shape) {
    return batch(name, description, TFloat32.class, shape);
  }

  /** From 0 to 1 [B]. */
  Operand<TFloat32> times(String description) {
    Operand<TFloat32> times = batch("times", description, TFloat32.class);
    Operand<TFloat32> least = tf.min(times, tf.constant(0));
    Operand<TFloat32> largest = tf.max(times, tf.constant(0));
    Operand<TBool> fits =
        tf.math.logicalAnd(
            tf.math.greaterEqual(least, tf.constant(0f)),
            tf.math.lessEqual(largest, tf.constant(1f)));
    return checked(times, fits, "times", "from 0 to 1", least, largest);
  }

  /** From 0 to 2^31 - 1 (scalar). */
  Operand<TInt64> seed() {
    return counted("seed", "of all noise", 0, Integer.MAX_VALUE);
  }

  /** Yes or no (scalar). */
  Operand<TBool> flag(String name, String description) {
    return given(name, description, TBool.class, Shape.scalar());
  }

  /** A whole number (scalar). */
  Operand<TInt64> counted(String name, String description, long least, long most) {
    String range = "from " + least + " to " + most;
    Operand<TInt64> x = given(name, description + ", " + range, TInt64.class, Shape.scalar());
    Operand<TBool> fits =
        tf.math.logicalAnd(
            tf.math.greaterEqual(x, tf.constant(least)), tf.math.lessEqual(x, tf.constant(most)));
    return checked(x, fits, name, range, x);
  }

  /** A whole number from one on (scalar). */
  Operand<TInt32> count(String name, String description) {
    Operand<TInt32> x = given(name, description + ", 1 or more", TInt32.class, Shape.scalar());
    return checked(x, tf.math.greater(x, tf.constant(0)), name, "1 or more", x);
  }

  /** The size of a batch that no other input gives (scalar). */
  Operand<TInt32> rows(String name, String description) {
    Operand<TInt32> x = count(name, description);
    rows = () -> x;
    rowsName = name;
    return x;
  }

  /**
   * The model with the conditions that inputs give: classes as whole numbers, and whether images
   * were augmented. The model itself, without inputs, if it has no conditions.
   */
  DiffusionModel conditioned(DiffusionModel model, Conditions conditions) {
    List<Operand<TFloat32>> parts = new ArrayList<>();
    if (conditions.classes() > 0) {
      parts.add(
          tf.oneHot(
              labels(conditions.classes()),
              tf.constant(conditions.classes()),
              tf.constant(1f),
              tf.constant(0f))); // [B, classes]
    }
    if (conditions.augmented()) {
      Operand<TBool> augmented = batch("augmented", "whether it was, as in training", TBool.class);
      Operand<TFloat32> numbers = tf.dtypes.cast(augmented, TFloat32.class);
      parts.add(tf.reshape(numbers, tf.constant(new int[] {-1, 1}))); // [B, 1]
    }
    return parts.stream()
        .reduce((a, b) -> tf.concat(List.of(a, b), tf.constant(1))) // [B, k]
        .map(model::given)
        .orElse(model);
  }

  private Operand<TInt32> labels(int classes) {
    String range = "from 0 to " + (classes - 1);
    Operand<TInt32> labels = batch("labels", "the class of each image, " + range, TInt32.class);
    Operand<TInt32> least = tf.min(labels, tf.constant(0));
    Operand<TInt32> largest = tf.max(labels, tf.constant(0));
    Operand<TBool> fits =
        tf.math.logicalAnd(
            tf.math.greaterEqual(least, tf.constant(0)),
            tf.math.less(largest, tf.constant(classes)));
    return checked(labels, fits, "labels", range, least, largest);
  }

  /** Anything that has a batch [B,...], with as many rows as the others. */
  private <T extends TType> Operand<T> batch(
      String name, String description, Class<T> type, long... rest) {
    long[] whole = LongStream.concat(LongStream.of(-1), LongStream.of(rest)).toArray();
    Operand<T> x = given(name, description, type, Shape.of(whole));
    Operand<TInt32> found = Inputs.count(tf, x);
    if (rows == null) {
      rows = () -> Inputs.count(tf, x);
      rowsName = name;
      return checked(x, tf.math.greater(found, tf.constant(0)), name, "one row or more", found);
    }
    Operand<TInt32> wanted = rows.get();
    return checked(
        x, tf.math.equal(found, wanted), name, "as many rows as " + rowsName, found, wanted);
  }

  /** What latents are drawn from, some for each image. */
  Operand<TFloat32> latentNoise(String name, NoiseLaw law, int draws) {
    long[] shape = Loss.drawn(law, draws);
    Operand<TFloat32> noise =
        given(name, "of the latent, " + law.law(), TFloat32.class, Shape.of(shape));
    return draws == 1 ? noise : tf.reshape(noise, tf.constant(law.shape().asArray()));
  }

  private <T extends TType> Operand<T> given(
      String name, String description, Class<T> type, Shape shape) {
    Operand<T> input = Inputs.of(own, name, type, shape.asArray());
    ports.add(new Port(name, description, input));
    // Runtimes feed any shape; the error of this operation names its input.
    return tf.ensureShape(input, shape);
  }

  private <T extends TType> Operand<T> checked(
      Operand<T> x, Operand<TBool> fits, String name, String range, Operand<?>... found) {
    Operand<TString> message =
        tf.constant(signature + ": " + name + " must be " + range + "; found");
    List<Operand<?>> data = new ArrayList<>(List.of(message));
    data.addAll(List.of(found));
    Op check = tf.assertThat(fits, data);
    return tf.withControlDependencies(check).identity(x);
  }
}
