package io.mulan.export;

import java.util.List;
import java.util.Locale;

/** What a model's {@code assets/README.md} says. */
final class ModelText {
  private ModelText() {}

  static String of(ModelCard card, Signatures signatures) {
    StringBuilder text = new StringBuilder();
    ModelCard.Data data = card.data();
    text.append("# ")
        .append(card.name())
        .append(", version ")
        .append(card.version())
        .append("\n\n");
    text.append(
        """
        A diffusion model with learned noise (Sahoo et al., "Diffusion Models with Learned Adaptive Noise", NeurIPS 2024),
        trained and exported by mulan. Images are %d × %d × %d with levels from 0 to %d.%s

        """
            .formatted(
                data.height(), data.width(), data.channels(), data.levels() - 1, conditions(data)));
    text.append("| | |\n| --- | --- |\n");
    row(text, "data", data.kind());
    row(text, "step", "" + card.step());
    row(
        text,
        "weights",
        String.format(Locale.ROOT, "%,d", card.parameters().get("all")).replace(',', ' '));
    if (card.likelihood() != null) {
      row(text, "bits/dim on test images", figure(card.likelihood()));
      row(text, "measured", card.likelihood().method());
    }
    row(text, "licence of the model", card.licence().model());
    row(text, "licence of the data", card.licence().data());
    card.versions().forEach((name, version) -> row(text, name, version));
    text.append(
        "\n`config.yaml` is the configuration it was trained with, `model.json` this table for programs.\n");
    text.append("\n").append(of(signatures));
    return text.toString();
  }

  /** What the model is conditioned on, in sentences. */
  private static String conditions(ModelCard.Data data) {
    String classes =
        data.classes() == 0
            ? ""
            : "\nIt is conditioned on the class of each image, `labels` from 0 to %d: bits/dim are of log p(x | class)."
                .formatted(data.classes() - 1);
    return data.augmented()
        ? classes
            + "\nIt is conditioned on whether an image was `augmented`: false for one as it is."
        : classes;
  }

  private static String figure(ModelCard.Likelihood likelihood) {
    return likelihood.standardError() == null
        ? String.format(Locale.ROOT, "%.4f ± –", likelihood.bitsPerDim())
        : String.format(
            Locale.ROOT, "%.4f ± %.4f", likelihood.bitsPerDim(), likelihood.standardError());
  }

  /** The signatures, with their inputs and outputs. */
  static String of(Signatures signatures) {
    StringBuilder text = new StringBuilder("## Signatures\n");
    text.append("\nB is any number: the size of the batch. `serving_default` is `");
    text.append(signatures.all().get(0).name()).append("`.\n");
    for (ModelSignature signature : signatures.all()) {
      text.append("\n### ").append(signature.name()).append("\n");
      text.append(signature.summary()).append(".\n\n");
      text.append("| | name | type | what |\n| --- | --- | --- | --- |\n");
      ports(text, "in", signature.inputs());
      ports(text, "out", signature.outputs());
    }
    return text.toString();
  }

  /** All gradients are one line. */
  private static void ports(StringBuilder text, String side, List<Port> ports) {
    List<Port> gradients = ports.stream().filter(p -> p.name().startsWith(Loss.GRADIENTS)).toList();
    for (Port p : ports) {
      if (!gradients.contains(p)) {
        port(text, side, p.name(), p.type() + " " + p.shape(), p.description());
      }
    }
    if (!gradients.isEmpty()) {
      String name = Loss.GRADIENTS + "NAME";
      port(
          text,
          side,
          name,
          "float32",
          "of the loss, by each of the " + gradients.size() + " weights, in the weight's shape");
    }
  }

  private static void port(
      StringBuilder text, String side, String name, String type, String description) {
    text.append("| ").append(side).append(" | `").append(name).append("` | ").append(type);
    text.append(" | ").append(description).append(" |\n");
  }

  private static void row(StringBuilder text, String name, String value) {
    text.append("| ").append(name).append(" | ").append(value).append(" |\n");
  }
}
