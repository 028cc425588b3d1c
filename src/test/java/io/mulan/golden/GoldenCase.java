package io.mulan.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.mulan.numpy.NpyArray;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One computation of the published code: configuration, inputs, parameters, random draws, results.
 */
public final class GoldenCase {
  private final GoldenFile file;
  private final String name;
  private final JsonNode description;

  GoldenCase(GoldenFile file, String name, JsonNode description) {
    this.file = file;
    this.name = name;
    this.description = description;
  }

  public String file() {
    return file.name();
  }

  public String name() {
    return name;
  }

  /** The published configuration, in its own words. */
  public PublishedConfig config() {
    return new PublishedConfig(description.get("config"));
  }

  /** The published configuration as it stands there. */
  public JsonNode json() {
    return description.get("config");
  }

  /** Whether the case has exactly these inputs. */
  public boolean hasInputs(String... names) {
    JsonNode inputs = description.get("inputs");
    return inputs.size() == names.length && List.of(names).stream().allMatch(inputs::has);
  }

  /** The shape of an input. */
  public long[] inputShape(String input) {
    return dimensions(description.get("inputs").get(input).get(0));
  }

  /** An array of the case, such as {@code in/z} or {@code out/logits}. */
  public NpyArray array(String path) {
    return file.arrays().array(name + "/" + path);
  }

  /** The double precision results of the published code, where they are stored. */
  public Optional<double[]> exact(String result) {
    return file.arrays().contains(name + "/f64/" + result)
        ? Optional.of(array("f64/" + result).toDoubles())
        : Optional.empty();
  }

  boolean has(String path) {
    return file.arrays().contains(name + "/" + path);
  }

  /** The names of the results but for those by parameter. */
  List<String> results() {
    String prefix = name + "/out/";
    return file.arrays().names().stream()
        .filter(n -> n.startsWith(prefix))
        .map(n -> n.substring(prefix.length()))
        .filter(n -> !isByParameter(n))
        .toList();
  }

  /** Whether a result, or its statistics, is one of those that there is one of by parameter. */
  static boolean isByParameter(String result) {
    return result.startsWith("grad")
        || result.startsWith("weights")
        || result.startsWith("averages");
  }

  /** The name of the statistics of a group of results by parameter. */
  static String statisticsOf(String group) {
    return group.startsWith("grad") ? group.replaceFirst("grad", "gradstat") : group + "stat";
  }

  /**
   * The names of the parameters that a group of gradients is for; its statistics have their order.
   */
  List<String> gradientNames(String statistics) {
    List<String> names = new ArrayList<>();
    description.get("gradstat_names").get(statistics).forEach(n -> names.add(n.asText()));
    return names;
  }

  /** The draws of one kind, such as {@code normal}, in the order they were made. */
  public List<NpyArray> noise(String kind) {
    String prefix = name + "/noise/";
    return file.arrays().names().stream()
        .filter(n -> n.startsWith(prefix) && n.endsWith("_" + kind))
        .sorted(
            Comparator.comparingInt(
                n ->
                    Integer.parseInt(
                        n.substring(prefix.length(), n.indexOf('_', prefix.length())))))
        .map(file.arrays()::array)
        .toList();
  }

  /** The parameters, sorted by name. */
  public List<GoldenParameter> parameters() {
    JsonNode names = description.path("param_names");
    if (names.isEmpty()) {
      return List.of();
    }
    double[] statistics = array("paramstat").toDoubles();
    return IntStream.range(0, names.size())
        .mapToObj(
            k ->
                new GoldenParameter(
                    names.get(k).asText(),
                    dimensions(description.get("param_shapes").get(k)),
                    k,
                    this,
                    Statistics.row(statistics, k)))
        .toList();
  }

  boolean storesParameters() {
    return description.get("params_stored").asBoolean();
  }

  long seed() {
    return file.seed();
  }

  private static long[] dimensions(JsonNode sizes) {
    return IntStream.range(0, sizes.size()).mapToLong(i -> sizes.get(i).asLong()).toArray();
  }

  @Override
  public String toString() {
    return file.name() + ": " + name;
  }
}
