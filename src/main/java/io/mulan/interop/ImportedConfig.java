package io.mulan.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.files.ConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The configuration that belongs to weights from elsewhere: a published one, or one of ours. */
public final class ImportedConfig {
  /** What a published configuration says nothing about is as in this preset. */
  private static final String PRESET = "cifar10";

  private ImportedConfig() {}

  /**
   * Reads a configuration: Python, JSON or YAML of the published code, or YAML of ours.
   *
   * @param overrides single settings of ours over it, each {@code key=value}
   * @throws ConfigException if a value is not allowed
   */
  public static RunConfig read(Path file, List<String> overrides) {
    String source = file.toString();
    JsonNode tree =
        source.endsWith(".py")
            ? PythonSettings.read(ConfigReader.text(file), source)
            : plain(ConfigReader.tree(file));
    return PublishedSettings.matches(tree)
        ? ConfigReader.read(
            PRESET, new PublishedSettings(tree, source).settings(), source, overrides)
        : ConfigReader.read(Optional.empty(), Optional.of(file), overrides);
  }

  /** Without what {@code ConfigDict.to_yaml} says about its own fields. */
  private static JsonNode plain(JsonNode node) {
    if (!node.isObject()) {
      return node;
    }
    if (node.has("_fields")) {
      return plain(node.get("_fields"));
    }
    ObjectNode plain = JsonNodeFactory.instance.objectNode();
    node.properties().forEach(e -> plain.set(e.getKey(), plain(e.getValue())));
    return plain;
  }
}
