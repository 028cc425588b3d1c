package io.mulan.export;

import io.mulan.config.ImageShape;
import io.mulan.config.LatentConfig;
import io.mulan.config.NetworkConfig;
import io.mulan.config.RunConfig;
import io.mulan.config.ScheduleConfig;
import io.mulan.diffusion.DiffusionModel;
import io.mulan.diffusion.ModelParts;
import io.mulan.files.AtomicFile;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.tf.GraphFile;
import io.mulan.tf.GraphScope;
import io.mulan.tf.Maths;
import io.mulan.tf.RewrittenGraph;
import io.mulan.tf.Variables;
import io.mulan.tf.Variables.Variable;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.types.TFloat32;

/**
 * A model as files for others; the same configuration always gives the same.
 *
 * @param graph a binary GraphDef of {@link ModelGraph}, for batches of any size
 * @param summary the same in words and numbers
 */
public record GraphExport(byte[] graph, String summary) {

  /**
   * Builds both.
   *
   * @param name of the model, for the summary's first line
   */
  public static GraphExport of(String name, RunConfig config, ImageShape image) {
    try (Graph draft = new Graph()) {
      Maths<TFloat32> m = new Maths<>(GraphScope.ops(draft), TFloat32.class);
      ModelGraph built =
          ModelGraph.build(m, new DiffusionModel(config, image), new Variables(draft), -1);
      try (Graph graph = RewrittenGraph.of(draft)) {
        ImageCost cost = ImageCost.of(config, image);
        Summary summary = new Summary(name, config, image, graph, built, cost);
        return new GraphExport(GraphFile.of(graph), summary.text());
      }
    }
  }

  /**
   * Writes {@code NAME.pb} and {@code NAME.txt}.
   *
   * @throws ConfigException if they cannot be written
   */
  public void write(Path folder, String name) {
    try {
      AtomicFile.write(folder.resolve(name + ".pb"), file -> file.write(graph));
      AtomicFile.write(folder.resolve(name + ".txt"), summary);
    } catch (IOException e) {
      throw new ConfigException(
          folder + " cannot be written into: " + IoReason.of(e) + "; name a folder with --to", e);
    }
  }

  /** An exported graph in words and numbers. */
  private record Summary(
      String name,
      RunConfig config,
      ImageShape image,
      Graph graph,
      ModelGraph model,
      ImageCost cost) {

    String text() {
      return "mulan graph: "
          + name
          + "\n\n"
          + settings()
          + tensors()
          + costs()
          + parts()
          + operations()
          + weights();
    }

    private String settings() {
      return "model\n"
          + row("images", image + ", " + config.data().levels() + " levels")
          + row("latent", latent(config.latent()))
          + row("schedule", schedule(config.schedule()))
          + row(
              "time",
              config.loss().timesteps() == 0 ? "continuous" : config.loss().timesteps() + " steps")
          + row("prediction", word(config.loss().prediction()))
          + row("score network", network(config.network()))
          + row("which sees", seen())
          + "\n";
    }

    private static String latent(LatentConfig c) {
      String encoder = ", encoder " + word(c.encoder());
      return switch (c.kind()) {
        case TOP_K ->
            c.k()
                + " of "
                + c.size()
                + " categories, law "
                + word(c.law())
                + (c.approximate() ? " (not strictly a bound)" : "")
                + encoder;
        case GUMBEL -> "one of " + c.size() + " categories" + encoder;
        case GAUSSIAN -> c.size() + " normal variables" + encoder;
        case NONE -> "none";
      };
    }

    private static String schedule(ScheduleConfig c) {
      return "%s, γ from %s to %s%s%s"
          .formatted(
              word(c.kind()),
              number(c.gammaMin()),
              number(c.gammaMax()),
              c.freeEnds() ? " at first, ends learned" : ", ends fixed",
              c.kind().adaptive() ? "; depends on the latent" : "");
    }

    private static String network(NetworkConfig c) {
      return "U-Net of %s channels: %s blocks down, 2 in the middle, %s up; attention %s"
          .formatted(
              c.channels(),
              c.layers(),
              c.layers() + 1,
              c.attention() ? "after every block" : "in the middle");
    }

    private String seen() {
      NetworkConfig c = config.network();
      String features = c.fourier().stream().map(Summary::number).collect(Collectors.joining(", "));
      boolean latent = c.conditioned() && config.latent().kind() != LatentConfig.Kind.NONE;
      return "z"
          + (features.isEmpty() ? "" : " and its Fourier features " + features)
          + (c.kind() == NetworkConfig.Kind.VDM ? "; the mean γ" : "; every pixel's γ")
          + (latent ? "; the latent" : "");
    }

    private String tensors() {
      return """
          inputs, for any number B of images
          %s
          outputs, in nats for each image; their sum divided by %s log 2 is the bound in bits/dim
          %s
          A weight NAME is a resource variable, named as in the published checkpoints: NAME/Read/ReadVariableOp reads
          it, and NAME/Assign sets it. The operation %s runs all of the latter: with zeros, or with what is fed
          in the place of their inputs.

          """
          .formatted(
              ports(model.inputs()), image.size(), ports(model.outputs()), ModelGraph.INITIALIZE);
    }

    private static String ports(List<Port> ports) {
      return ports.stream()
          .map(
              p -> "  %-22s%-9s%-14s%s\n".formatted(p.name(), p.type(), p.shape(), p.description()))
          .collect(Collectors.joining());
    }

    private String costs() {
      return """
          cost of one image
            evaluation          %s GFLOP
            training step       %s GFLOP
            tensors             %s bytes
          A GFLOP is 10⁹ floating-point operations in convolutions and matrix products; a multiplication and an
          addition are two. The training step is forwards and backwards, without the update of the weights.
          Tensors: the most that live at once in an evaluation, one operation running after the other; weights are
          not among them, but those of the schedule in double precision are. Small ones of derivatives, whose shapes
          are not known beforehand, are left out.

          """
          .formatted(
              gflop(cost.evaluation().flops()),
              gflop(cost.stepFlops()),
              count(cost.evaluation().bytes()));
    }

    private String parts() {
      StringBuilder text =
          new StringBuilder("weights                       count       bytes, float32\n");
      ModelParts.counts(model.weights())
          .forEach(
              (part, n) ->
                  text.append(
                      "  %-20s%13s%20s\n".formatted(part, count(n), count(Float.BYTES * n))));
      return text.append('\n').toString();
    }

    private String operations() {
      Map<String, Long> byType = new TreeMap<>();
      for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
        byType.merge(all.next().type(), 1L, Long::sum);
      }
      long all = byType.values().stream().mapToLong(Long::longValue).sum();
      return "operations\n"
          + byType.entrySet().stream()
              .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
              .map(e -> "  %-24s%9s\n".formatted(e.getKey(), count(e.getValue())))
              .collect(Collectors.joining())
          + "  %-24s%9s\n".formatted("all", count(all));
    }

    private String weights() {
      StringBuilder text = new StringBuilder();
      String part = "";
      for (Variable<?> w : model.weights()) {
        if (!ModelParts.of(w.name()).equals(part)) {
          part = ModelParts.of(w.name());
          text.append("\nweights of the ").append(part).append('\n');
        }
        text.append("  %-56s%s\n".formatted(w.name(), Port.shape(w.shape())));
      }
      return text.toString();
    }

    private static String row(String left, String right) {
      return "  %-20s%s\n".formatted(left, right);
    }

    private static String word(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String number(double x) {
      return BigDecimal.valueOf(x).stripTrailingZeros().toPlainString();
    }

    private static String gflop(long flops) {
      return String.format(Locale.ROOT, "%.4g", flops / 1e9);
    }

    private static String count(long n) {
      return String.format(Locale.ROOT, "%,d", n).replace(',', ' ');
    }
  }
}
