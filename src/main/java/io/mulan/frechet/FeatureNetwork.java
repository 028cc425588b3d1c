package io.mulan.frechet;

import com.google.protobuf.InvalidProtocolBufferException;
import io.mulan.config.ImageShape;
import io.mulan.files.IoReason;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.GraphScope;
import io.mulan.tf.GraphSession;
import io.mulan.tf.Inputs;
import io.mulan.tf.Maths;
import io.mulan.tf.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A network of the user: a GraphDef, or a SavedModel with a signature {@code serving_default}. Its
 * input are float32 images [B,H,W,3]; where H and W are fixed and the images have others, they are
 * resized bilinearly. Its output is float32 [B,d] or [B,1,1,d].
 */
public final class FeatureNetwork implements Features {
  /** The network that the published distances are measured with has these. */
  private static final String USUAL_INPUT = "ExpandDims:0";

  private static final String USUAL_OUTPUT = "pool_3:0";

  private final Path model;
  private final Runnable opened;
  private final Session session;
  private final String input;
  private final String output;
  private final Preparation preparation;

  /** The input of black and of white. */
  public record Range(float black, float white) {}

  private FeatureNetwork(
      Path model,
      Runnable opened,
      Graph graph,
      Session session,
      String input,
      String output,
      Range range) {
    this.model = model;
    this.opened = opened;
    this.session = session;
    this.input = input;
    this.output = output;
    Shape images = tensor(graph, input, "--input").shape();
    tensor(graph, output, "--output");
    this.preparation = new Preparation(images, range);
  }

  /**
   * Opens a network.
   *
   * @param input name of a tensor of a GraphDef (ExpandDims:0)
   * @param output name of a tensor of a GraphDef (pool_3:0), or of an output of a SavedModel's
   *     signature (the only one)
   * @throws CheckpointException naming the model, if it is none of these
   */
  public static FeatureNetwork open(
      Path model, Optional<String> input, Optional<String> output, Range range) {
    try {
      return Files.isDirectory(model)
          ? savedModel(model, output, range)
          : graph(model, input.orElse(USUAL_INPUT), output.orElse(USUAL_OUTPUT), range);
    } catch (TensorFlowException | IllegalArgumentException e) {
      throw broken(model, e.getMessage(), e);
    }
  }

  private static FeatureNetwork savedModel(Path model, Optional<String> output, Range range) {
    SavedModelBundle bundle = GraphSession.load(model);
    try {
      SignatureDef signature = bundle.metaGraphDef().getSignatureDefMap().get("serving_default");
      if (signature == null || signature.getInputsCount() != 1) {
        throw broken(model, "it has no signature serving_default of one input", null);
      }
      Map<String, TensorInfo> outputs = signature.getOutputsMap();
      String wanted = output.orElse(outputs.size() == 1 ? outputs.keySet().iterator().next() : "");
      if (!outputs.containsKey(wanted)) {
        throw broken(
            model, "its outputs are " + outputs.keySet() + "; name one with --output", null);
      }
      return new FeatureNetwork(
          model,
          bundle::close,
          bundle.graph(),
          bundle.session(),
          signature.getInputsMap().values().iterator().next().getName(),
          outputs.get(wanted).getName(),
          range);
    } catch (RuntimeException e) {
      bundle.close();
      throw e;
    }
  }

  private static FeatureNetwork graph(Path model, String input, String output, Range range) {
    Graph graph = new Graph();
    try {
      graph.importGraphDef(GraphDef.parseFrom(Files.readAllBytes(model)));
    } catch (InvalidProtocolBufferException e) {
      graph.close();
      throw broken(model, "it is not a GraphDef", e);
    } catch (IOException e) {
      graph.close();
      throw broken(model, IoReason.of(e), e);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
    Session session = GraphSession.plain(graph);
    Runnable opened =
        () -> {
          session.close(); // first: the graph waits for it
          graph.close();
        };
    try {
      return new FeatureNetwork(model, opened, graph, session, input, output, range);
    } catch (RuntimeException e) {
      opened.run();
      throw e;
    }
  }

  private static CheckpointException broken(Path model, String why, Throwable cause) {
    return new CheckpointException(
        "%s cannot be used as a feature network: %s"
            .formatted(model, why.lines().findFirst().orElse("")),
        cause);
  }

  /** The tensor NAME or NAME:INDEX. */
  private Output<?> tensor(Graph graph, String name, String option) {
    String[] parts = name.split(":", 2);
    Operation operation = graph.operation(parts[0]);
    int index = parts.length == 1 || !parts[1].matches("\\d{1,4}") ? 0 : Integer.parseInt(parts[1]);
    if (operation == null || index >= operation.numOutputs()) {
      throw broken(model, "it has no tensor " + name + "; name another with " + option, null);
    }
    Output<?> tensor = operation.output(index);
    if (tensor.type() != TFloat32.class) {
      throw broken(model, name + " is " + tensor.dataType() + ", not float32", null);
    }
    return tensor;
  }

  @Override
  public String name() {
    return output + " of " + model;
  }

  @Override
  public float[] of(byte[] rgb, int count, ImageShape shape) {
    try (TFloat32 x = preparation.of(rgb, count, shape);
        Result result = session.runner().feed(input, x).fetch(output).run()) {
      TFloat32 features = (TFloat32) result.get(0);
      long[] sizes = features.shape().asArray();
      if (sizes.length < 2
          || sizes[0] * sizes[sizes.length - 1] != features.size()
          || sizes[0] != count) {
        throw broken(model, output + " is " + features.shape() + ", not [B, d]", null);
      }
      return Tensors.floats(features);
    } catch (TensorFlowException e) {
      throw broken(model, "of images " + shape + ": " + e.getMessage(), e);
    }
  }

  /** Makes images what the network takes. */
  private static final class Preparation implements AutoCloseable {
    private final Graph graph = new Graph();
    private final Operand<TUint8> levels;
    private final Operand<TFloat32> prepared;
    private final GraphSession session;

    /**
     * @param wanted [B,H,W,3], where -1 is any number
     */
    Preparation(Shape wanted, Range range) {
      Ops tf = GraphScope.ops(graph);
      Maths<TFloat32> m = new Maths<>(tf, TFloat32.class);
      levels = Inputs.of(tf, "levels", TUint8.class, -1, -1, -1, -1);
      Operand<TFloat32> x = m.cast(levels);
      if (wanted.numDimensions() == 4 && wanted.get(1) > 0 && wanted.get(2) > 0) {
        int[] size = {(int) wanted.get(1), (int) wanted.get(2)};
        x = tf.image.resizeBilinear(x, tf.constant(size));
      }
      prepared = m.add(m.mul(x, (range.white() - range.black()) / 255.0), range.black());
      session = GraphSession.open(graph);
    }

    TFloat32 of(byte[] rgb, int count, ImageShape shape) {
      Shape images = Shape.of(shape.batch(count));
      try (TUint8 given = Tensors.of(images, rgb);
          Result result = session.runner().feed(levels, given).fetch(prepared).run()) {
        return Tensors.copy((TFloat32) result.get(0));
      }
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }

  @Override
  public void close() {
    preparation.close();
    opened.run();
  }
}
