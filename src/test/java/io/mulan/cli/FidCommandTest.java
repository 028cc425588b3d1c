package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import io.mulan.tf.GraphScope;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

/**
 * {@code mulan fid} with a small network in the place of a feature network. The values are NumPy's
 * (2.0.2), of the same images and weights:
 *
 * <pre>
 * i = np.arange(200)[:, None]; p = np.arange(48)[None]
 * a = ((7*i*i + 13*i*p + p*p) % 256).astype(np.uint8)
 * b = ((5*i*i + 11*i*p + 3*p*p) % 200).astype(np.uint8)
 * w = np.sin(0.1 * np.outer(np.arange(48) + 1, np.arange(16) + 1)) / 4
 * f = np.tanh((x.astype(np.float32) / np.float32(255)) @ w.astype(np.float32)).astype(np.float64)
 * f.mean(0), np.cov(f, rowvar=False)   # roots of matrices by np.linalg.eigh
 * </pre>
 */
@CallsCommands
final class FidCommandTest {
  private static final double OF_NETWORK = 0.15390011488526056;
  private static final double OF_PIXELS = 74289.59865848871;
  private static final int IMAGES = 200;
  private static final int SIDE = 4;
  private static final int PIXELS = SIDE * SIDE * 3;
  private static final int FEATURES = 16;

  @TempDir static Path folder;

  @BeforeAll
  static void write() throws IOException {
    Npz.write(
        folder.resolve("a.npz"), Map.of("arr_0", images(7, 13, 1, 256), "x", images(1, 1, 1, 9)));
    Npy.write(folder.resolve("b.npy"), images(5, 11, 3, 200));
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Operand<TFloat32> x =
          tf.withName("ExpandDims")
              .placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, SIDE, SIDE, 3)));
      float[][] weights = new float[PIXELS][FEATURES];
      for (int p = 0; p < PIXELS; p++) {
        for (int j = 0; j < FEATURES; j++) {
          weights[p][j] = (float) (Math.sin(0.1 * (p + 1) * (j + 1)) / 4);
        }
      }
      Operand<TFloat32> flat = tf.reshape(x, tf.constant(new int[] {-1, PIXELS}));
      Operand<TFloat32> scaled = tf.math.div(flat, tf.constant(255f));
      Operand<TFloat32> y = tf.math.tanh(tf.linalg.matMul(scaled, tf.constant(weights)));
      tf.withName("pool_3").reshape(y, tf.constant(new int[] {-1, 1, 1, FEATURES}));
      Files.write(folder.resolve("network.pb"), graph.toGraphDef().toByteArray());
      SignatureDef.Builder signature = SignatureDef.newBuilder();
      signature.putInputs("x", tensor("ExpandDims:0", -1, SIDE, SIDE, 3));
      signature.putOutputs("y", tensor("pool_3:0", -1, 1, 1, FEATURES));
      MetaGraphDef.Builder meta =
          MetaGraphDef.newBuilder()
              .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder().addTags("serve"))
              .setGraphDef(graph.toGraphDef())
              .putSignatureDef("serving_default", signature.build());
      Files.createDirectories(folder.resolve("saved"));
      Files.write(
          folder.resolve("saved/saved_model.pb"),
          SavedModel.newBuilder()
              .setSavedModelSchemaVersion(1)
              .addMetaGraphs(meta)
              .build()
              .toByteArray());
    }
  }

  private static TensorInfo tensor(String name, int... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int size : sizes) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return TensorInfo.newBuilder()
        .setName(name)
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(shape)
        .build();
  }

  private static NpyArray images(int ii, int ip, int pp, int levels) {
    byte[] values = new byte[IMAGES * PIXELS];
    for (int k = 0; k < values.length; k++) {
      int i = k / PIXELS;
      int p = k % PIXELS;
      values[k] = (byte) ((ii * i * i + ip * i * p + pp * p * p) % levels);
    }
    return NpyArray.of(values, IMAGES, SIDE, SIDE, 3);
  }

  private static double distance(String... options) {
    Program.Outcome done = Program.call(folder, options).assertDone();
    Matcher found = Pattern.compile("Fréchet distance (\\S+) between").matcher(done.out());
    assertTrue(found.find(), done::toString);
    return Double.parseDouble(found.group(1));
  }

  @Test
  void theDistanceIsThatOfNumPy() {
    double network = distance("fid", "a.npz", "b.npy", "--features=network.pb", "--batch=7");
    assertEquals(OF_NETWORK, network, 1e-6 * OF_NETWORK);
    assertEquals(network, distance("fid", "a.npz", "b.npy", "--features=saved"), 1e-6 * network);
    assertEquals(OF_PIXELS, distance("fid", "a.npz", "b.npy"), 1e-6 * OF_PIXELS);
    // Black and white at -1 and 1 are other inputs.
    double other = distance("fid", "a.npz", "b.npy", "--features=saved", "--range=-255,255");
    assertTrue(Math.abs(other - network) > 0.01 * network, "" + other);
  }

  @Test
  void theDistanceOfASetToItselfIsZero() {
    assertEquals(0, distance("fid", "a.npz", "a.npz", "--features=network.pb"), 1e-9);
  }

  @Test
  void statisticsCanReplaceImages() {
    double network =
        distance("fid", "a.npz", "b.npy", "--features=network.pb", "--save=statistics.npz");
    assertEquals(
        network, distance("fid", "a.npz", "statistics.npz", "--features=network.pb"), 1e-9);
    try (Npz npz = Npz.open(folder.resolve("statistics.npz"))) {
      assertArrayEquals(new int[] {FEATURES}, npz.array("mu").shape());
      assertArrayEquals(new int[] {FEATURES, FEATURES}, npz.array("sigma").shape());
    }
    Program.call(folder, "fid", "a.npz", "statistics.npz")
        .assertRefused(3, "a.npz has 48 features", "statistics.npz has 16");
  }

  /** Grey pictures have three channels alike, and are resized to what the network takes. */
  @Test
  void picturesOfAFolder() throws IOException {
    for (int i = 0; i < 20; i++) {
      BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
      for (int k = 0; k < 64; k++) {
        int grey = (i * 37 + k * 11) % 256;
        picture.setRGB(k % 8, k / 8, grey << 16 | grey << 8 | grey);
      }
      Path file = folder.resolve("pictures/%02d.png".formatted(i));
      Files.createDirectories(file.getParent());
      ImageIO.write(picture, "png", file.toFile());
    }
    assertTrue(distance("fid", "pictures", "a.npz", "--features=network.pb") > 0);
    Program.call(folder, "fid", "pictures", "a.npz")
        .assertRefused(3, "pictures has 192 features", "of pixels from one size");
  }

  @Test
  void badInput() throws IOException {
    Program.call(folder, "fid", "none", "a.npz").assertRefused(3, "none is not a file or folder");
    Program.call(folder, "fid", "a.npz", "b.npy", "--input=x")
        .assertRefused(2, "--input goes with --features");
    Program.call(folder, "fid", "a.npz", "b.npy", "--features=saved", "--range=1")
        .assertRefused(2, "--range is '1'", "such as -1,1");
    Program.call(folder, "fid", "a.npz", "b.npy", "--features=b.npy")
        .assertRefused(4, "b.npy cannot be used as a feature network", "not a GraphDef");
    Program.call(folder, "fid", "a.npz", "b.npy", "--features=network.pb", "--output=logits")
        .assertRefused(4, "it has no tensor logits; name another with --output");
    Program.call(folder, "fid", "a.npz", "b.npy", "--features=saved", "--output=z")
        .assertRefused(4, "its outputs are [y]");
    Npy.write(folder.resolve("f.npy"), NpyArray.of(new float[48], 1, 4, 4, 3));
    Program.call(folder, "fid", "f.npy", "a.npz").assertRefused(3, "f.npy has shape [1, 4, 4, 3]");
    Npz.write(folder.resolve("two.npz"), Map.of("x", images(1, 1, 1, 9), "y", images(1, 1, 1, 9)));
    Program.call(folder, "fid", "two.npz", "a.npz").assertRefused(3, "arr_0 or the only array");
  }
}
