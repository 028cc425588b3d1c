package io.mulan.export;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.PythonScript;
import io.mulan.data.Datasets;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.tf.SavedModelWriter;
import io.mulan.tf.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * Python says what Java says: every signature of models of every kind, on the same inputs and
 * seeds. Needs the Python of {@code scripts/python/setup}, which {@code -Dpython=} names.
 */
@Tag("python")
final class PythonAgreementTest {
  private static final int BATCH = 3;

  @TempDir private static Path folder;

  private static final Map<String, Path> MODELS = new LinkedHashMap<>();

  /** What one Python process says of all models. */
  private static String compared;

  /** Of every kind with {@code -Dgolden.every=1}. */
  static Stream<String> kinds() {
    if (Integer.getInteger("golden.every", 1) > 1) {
      return Stream.of("digits", "classes", "gaussian", "vdm");
    }
    return Stream.concat(Stream.of("digits"), SmallExport.kinds());
  }

  @BeforeAll
  static void compare() throws IOException, InterruptedException {
    List<Object> arguments = new ArrayList<>();
    for (String kind : kinds().toList()) {
      Path model = kind.equals("digits") ? Bundle.DIGITS : SmallExport.write(folder, kind);
      Path vectors = folder.resolve(kind + ".npz");
      Npz.write(vectors, answers(model));
      MODELS.put(kind, model);
      arguments.addAll(List.of(model, vectors));
    }
    compared = PythonScript.run("compare.py", arguments.toArray());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void javaAndPythonGiveTheSameNumbers(String kind) {
    assertTrue(compared.contains(MODELS.get(kind) + ": as in Java\n"), compared);
  }

  /** Inputs and outputs by SIGNATURE/in/NAME and SIGNATURE/out/NAME. */
  private static Map<String, NpyArray> answers(Path model) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    ExportedModel exported = ExportedModel.open(model);
    byte[] digits = Datasets.open(exported.config().data()).test().copies(BATCH, i -> i);
    try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), SavedModelWriter.TAG)) {
      bundle
          .signatures()
          .forEach(
              signature -> {
                Map<String, Tensor> inputs = new LinkedHashMap<>();
                try {
                  signature
                      .getInputs()
                      .forEach((name, t) -> inputs.put(name, input(name, t.shape, digits)));
                  try (Result result = bundle.function(signature.key()).call(inputs)) {
                    inputs.forEach(
                        (name, t) -> arrays.put(signature.key() + "/in/" + name, array(t)));
                    result.forEach(
                        e ->
                            arrays.put(
                                signature.key() + "/out/" + e.getKey(), array(e.getValue())));
                  }
                } finally {
                  inputs.values().forEach(Tensor::close);
                }
              });
    }
    return arrays;
  }

  private static Tensor input(String name, Shape declared, byte[] digits) {
    Shape shape = Shape.of(Arrays.stream(declared.asArray()).map(n -> n < 0 ? BATCH : n).toArray());
    return switch (name) {
      case "images" -> Tensors.of(shape, digits);
      case "seed", "step" -> TInt64.scalarOf(12_345);
      case "sampler" -> TInt64.scalarOf(2);
      case "clip" -> TBool.scalarOf(true);
      case "count" -> TInt32.scalarOf(BATCH);
      case "times_per_image", "steps" -> TInt32.scalarOf(11);
      case "times", "latent_noise" -> Tensors.of(shape, uniform(shape));
      case "labels" -> TInt32.vectorOf(0, 3, 9);
      case "augmented" -> TBool.vectorOf(true, false, true);
      case "latents" -> Tensors.of(shape, alternating(shape));
      default -> Tensors.of(shape, normal(name, shape));
    };
  }

  private static float[] uniform(Shape shape) {
    Random random = new Random(1);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.001f + 0.998f * random.nextFloat();
    }
    return values;
  }

  private static float[] alternating(Shape shape) {
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i += 2) {
      values[i] = 1;
    }
    return values;
  }

  private static float[] normal(String name, Shape shape) {
    Random random = new Random(name.hashCode());
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static NpyArray array(Tensor tensor) {
    int[] shape = Arrays.stream(tensor.shape().asArray()).mapToInt(n -> (int) n).toArray();
    if (tensor instanceof TUint8 levels) {
      byte[] bytes = new byte[(int) levels.size()];
      levels.asRawTensor().data().read(bytes);
      return NpyArray.of(bytes, shape);
    }
    if (tensor instanceof TInt32 numbers) {
      return NpyArray.of(numbers.streamOfObjects().mapToInt(n -> n).toArray(), shape);
    }
    if (tensor instanceof TBool flags) {
      byte[] values = new byte[(int) flags.size()];
      flags.asRawTensor().data().read(values);
      return NpyArray.of(values, shape);
    }
    if (tensor instanceof TInt64 number) {
      return NpyArray.of(new long[] {number.getLong()}, shape);
    }
    return NpyArray.of(Tensors.floats((TFloat32) tensor), shape);
  }
}
