package io.mulan.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.ImageShape;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import io.mulan.data.SignalPower;
import io.mulan.diffusion.BoundTerms;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.Noise;
import io.mulan.nn.Dropout;
import io.mulan.nn.Weights;
import io.mulan.tf.GraphScope;
import io.mulan.tf.Maths;
import io.mulan.tf.StatelessRandom;
import io.mulan.tf.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** The file of the digits model, run as another program would. */
final class ImportedGraphTest {
  private static final int BATCH = 3;

  private final Random random = new Random(7);
  private final RunConfig config = measured(ConfigReader.preset("digits"));
  private final ImageShape image = Datasets.shape(config.data()).image();
  private final TUint8 images = images();
  private final Map<String, TFloat32> noise = noise();

  private static RunConfig measured(RunConfig config) {
    return SignalPower.resolve(config, Datasets.open(config.data()));
  }

  @Test
  void itsTermsAreThoseOfTheModel() throws IOException {
    GraphDef file = GraphDef.parseFrom(Files.readAllBytes(Path.of("graphs", "digits.pb")));
    float[][] imported = imported(file);
    float[][] direct = direct();
    for (int i = 0; i < direct.length; i++) {
      float[] expected = direct[i];
      for (float nats : expected) {
        assertTrue(Float.isFinite(nats) && nats > 0, BoundTerms.NAMES.get(i) + ": " + nats);
      }
      double largest = largest(expected);
      assertArrayEquals(
          expected, imported[i], (float) (1e-5 * Math.max(1, largest)), BoundTerms.NAMES.get(i));
    }
  }

  private float[][] imported(GraphDef file) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(file);
      try (Session session = new Session(graph)) {
        initialize(session, file);
        Session.Runner runner = session.runner().feed("images", images);
        noise.forEach(runner::feed);
        BoundTerms.NAMES.forEach(runner::fetch);
        return terms(runner);
      }
    }
  }

  /** Assigns other values than the zeros in the file, where everything would be alike. */
  private static void initialize(Session session, GraphDef file) {
    Session.Runner runner = session.runner().addTarget(ModelGraph.INITIALIZE);
    Map<String, Shape> shapes = new LinkedHashMap<>();
    List<Tensor> values = new ArrayList<>();
    for (NodeDef node : file.getNodeList()) {
      if (node.getOp().equals("VarHandleOp")) {
        long[] shape =
            node.getAttrOrThrow("shape").getShape().getDimList().stream()
                .mapToLong(d -> d.getSize())
                .toArray();
        shapes.put(node.getName(), Shape.of(shape));
      } else if (node.getOp().equals("AssignVariableOp")) {
        String name = node.getInput(0);
        TFloat32 value = Tensors.of(shapes.get(name), weight(name, shapes.get(name)));
        values.add(value);
        runner.feed(node.getInput(1), value);
      }
    }
    runner.run().close();
    values.forEach(Tensor::close);
  }

  private float[][] direct() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Maths<TFloat32> m = new Maths<>(GraphScope.ops(graph), TFloat32.class);
      Weights<TFloat32> weights =
          (name, shape, initializer) -> constant(m, shape, weight(name, shape));
      Map<String, Operand<TFloat32>> given = new LinkedHashMap<>();
      noise.forEach((name, tensor) -> given.put(name, m.ops().constantOf(tensor)));
      BoundTerms<TFloat32> terms =
          new DiffusionModel(config, image)
              .bound(
                  m,
                  weights,
                  Dropout.none(),
                  m.ops().constantOf(images),
                  new Noise<>(
                      given.get("times"),
                      given.get("latent_noise"),
                      m.constant(0),
                      given.get("reconstruction_noise"),
                      given.get("diffusion_noise")));
      Session.Runner runner = session.runner();
      terms.all().forEach(runner::fetch);
      return terms(runner);
    }
  }

  private static float[][] terms(Session.Runner runner) {
    try (Result result = runner.run()) {
      float[][] terms = new float[result.size()][];
      Arrays.setAll(terms, i -> Tensors.floats((TFloat32) result.get(i)));
      return terms;
    }
  }

  private static Operand<TFloat32> constant(Maths<TFloat32> m, Shape shape, float[] values) {
    try (TFloat32 tensor = Tensors.of(shape, values)) {
      return m.ops().constantOf(tensor);
    }
  }

  /** By the name alone. */
  private static float[] weight(String name, Shape shape) {
    Random own = new Random(StatelessRandom.hash(name));
    double scale =
        name.endsWith("/kernel") ? 1.5 / Math.sqrt((double) shape.size() / shape.get(-1)) : 0.3;
    double centre = name.endsWith("/scale") ? 1 : 0;
    return floats(shape, u -> centre + scale * (2 * own.nextDouble() - 1));
  }

  private static float[] floats(Shape shape, DoubleUnaryOperator value) {
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) value.applyAsDouble(i);
    }
    return values;
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float v : values) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }

  private Shape batch() {
    return Shape.of(BATCH, image.height(), image.width(), image.channels());
  }

  private TUint8 images() {
    byte[] levels = new byte[BATCH * image.size()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) random.nextInt(config.data().levels());
    }
    return Tensors.of(batch(), levels);
  }

  private Map<String, TFloat32> noise() {
    Shape latent = Shape.of(BATCH, config.latent().size());
    Map<String, TFloat32> noise = new LinkedHashMap<>();
    noise.put("times", Tensors.of(Shape.of(BATCH), 0.1f, 0.5f, 0.9f));
    noise.put("latent_noise", Tensors.of(latent, floats(latent, i -> random.nextDouble())));
    for (String name : List.of("reconstruction_noise", "diffusion_noise")) {
      noise.put(name, Tensors.of(batch(), floats(batch(), i -> random.nextGaussian())));
    }
    return noise;
  }

  @AfterEach
  void close() {
    images.close();
    noise.values().forEach(Tensor::close);
  }
}
