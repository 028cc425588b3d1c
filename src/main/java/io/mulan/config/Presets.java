package io.mulan.config;

import io.mulan.files.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The configurations in the jar: models, and ablations that can be laid over each of them, {@code
 * MODEL-ABLATION}.
 */
public final class Presets {
  /** The ablation that is a published model of its own. */
  private static final String VDM = "vdm";

  private static final String DIGITS = "digits";

  private static final String KINDS = "kinds";

  /** What a model is laid over. */
  private static final Map<String, List<String>> BASES =
      Map.of(
          KINDS,
          List.of(DIGITS),
          "imagenet64",
          List.of("imagenet32", "ablations/" + VDM, "imagenet32-" + VDM));

  private static final List<String> MODELS =
      List.of(DIGITS, KINDS, "photos", "cifar10", "imagenet32");
  private static final List<String> ABLATIONS =
      List.of(VDM, "fixed", "scalar", "linear", "nonadaptive", "monotone", "gumbel", "gaussian");

  /**
   * Models in their published form, published models in a form that trains faster, and VDMs whose
   * MuLAN is not published.
   */
  private static final List<String> VARIANTS =
      List.of(
          "digits-published",
          "kinds-published",
          "photos-published",
          "cifar10-fast",
          "imagenet32-fast",
          "cifar10-aug",
          "imagenet64");

  private static final List<String> NAMES =
      Stream.of(
              MODELS.stream(),
              MODELS.stream().flatMap(m -> ABLATIONS.stream().map(a -> m + "-" + a)),
              VARIANTS.stream())
          .flatMap(names -> names)
          .toList();

  private Presets() {}

  /** All of them, the default first. */
  public static List<String> names() {
    return NAMES;
  }

  /** The models, each with its VDM: those whose graphs are kept. */
  public static List<String> models() {
    return Stream.concat(MODELS.stream(), MODELS.stream().map(m -> m + "-" + VDM)).toList();
  }

  /** The names in words. */
  public static String summary() {
    return String.join(", ", MODELS)
        + ", or one of them with -"
        + String.join(", -", ABLATIONS)
        + " after it; "
        + String.join(", ", VARIANTS);
  }

  /**
   * A preset as YAML texts, each to be laid over the ones before: the model's, the ablation's, and
   * what is so for this ablation of this model alone.
   *
   * @throws ConfigException if there is none of that name
   */
  static List<String> read(String name) {
    if (!NAMES.contains(name)) {
      throw new ConfigException(
          "there is no preset '"
              + name
              + "'"
              + Nearest.hint(name, NAMES)
              + "; there are "
              + summary());
    }
    int dash = name.indexOf('-');
    String model = dash < 0 ? name : name.substring(0, dash);
    Stream<String> base =
        Stream.concat(BASES.getOrDefault(model, List.of()).stream(), Stream.of(model));
    Stream<String> over =
        dash < 0 ? Stream.of() : Stream.of("ablations/" + name.substring(dash + 1), name);
    return Stream.concat(base, over)
        .filter(n -> Presets.class.getResource(file(n)) != null)
        .map(Presets::text)
        .toList();
  }

  /** YAML with the settings that files of earlier versions lack, at what those versions did. */
  static String earlier() {
    return text("earlier");
  }

  private static String text(String name) {
    try (InputStream in = Presets.class.getResourceAsStream(file(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String file(String name) {
    return "/presets/" + name + ".yaml";
  }
}
