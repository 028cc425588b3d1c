package io.mulan.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mulan.files.ConfigException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Settings laid over one another, each with where it comes from. */
final class Settings {
  private static final Map<String, List<String>> KEYS = RecordTree.keys(RunConfig.class);
  private static final List<String> ALL =
      KEYS.entrySet().stream()
          .flatMap(e -> e.getValue().stream().map(name -> e.getKey() + "." + name))
          .toList();

  /** Was true or false in earlier versions. */
  private static final String DECAY = "training.learning_rate_decay";

  private static final Set<String> TEXTS = RecordTree.texts(RunConfig.class);

  /** Groups that may also be written under {@code model}. */
  private static final String MODEL = "model";

  /** Begins the source of a single setting of the command line. */
  static final String SINGLE = "--set ";

  private final ObjectNode tree = JsonNodeFactory.instance.objectNode();

  /** Where each setting comes from, the latest last. */
  private final Map<String, String> sources = new LinkedHashMap<>();

  /** Lays a YAML text over what is there. */
  void add(String yaml, String source) {
    JsonNode node = Yaml.read(yaml, source);
    if (node.isMissingNode() || node.isNull()) {
      throw new ConfigException(
          source + " is empty; it needs settings such as `training:` with `steps: 500` below it");
    }
    if (!node.isObject()) {
      throw new ConfigException(
          source
              + " is not a mapping of settings; write groups ("
              + String.join(", ", KEYS.keySet())
              + ") with their settings below them");
    }
    node.properties().forEach(e -> addGroup(e.getKey(), e.getValue(), source));
  }

  private void addGroup(String group, JsonNode settings, String source) {
    if (group.equals(MODEL) && settings.isObject()) {
      settings.properties().forEach(e -> addGroup(e.getKey(), e.getValue(), source));
      return;
    }
    if (!KEYS.containsKey(group)) {
      throw unknown(group, source);
    }
    if (!settings.isObject()) {
      throw new ConfigException(
          group
              + " is a group of settings, not a value (in "
              + source
              + "); allowed in it: "
              + String.join(", ", KEYS.get(group)));
    }
    settings.properties().forEach(e -> set(group + "." + e.getKey(), e.getValue(), source));
  }

  /** Lays one setting over what is there. */
  void set(String key, JsonNode value, String source) {
    String known = withoutModel(key);
    if (!ALL.contains(known)) {
      throw unknown(known, source);
    }
    int dot = known.indexOf('.');
    JsonNode current =
        known.equals(DECAY) && value.isBoolean()
            ? TextNode.valueOf(value.booleanValue() ? "linear" : "none")
            : value;
    tree.withObjectProperty(known.substring(0, dot)).set(known.substring(dot + 1), current);
    sources.remove(known);
    sources.put(known, source);
  }

  /** Lays one setting of the command line over what is there: a text as it is, the rest as YAML. */
  void setSingle(String key, String value, String source) {
    String known = withoutModel(key);
    set(key, TEXTS.contains(known) ? TextNode.valueOf(value) : Yaml.value(value), source);
  }

  private static String withoutModel(String key) {
    return key.startsWith(MODEL + ".") ? key.substring(MODEL.length() + 1) : key;
  }

  private static ConfigException unknown(String key, String source) {
    int dot = key.indexOf('.');
    String group = dot < 0 ? key : key.substring(0, dot);
    String allowed =
        KEYS.containsKey(group)
            ? "allowed in " + group + ": " + String.join(", ", KEYS.get(group))
            : "allowed groups: " + String.join(", ", KEYS.keySet());
    String near = Nearest.hint(key, dot < 0 && !KEYS.containsKey(group) ? withGroups() : ALL);
    return new ConfigException(
        "there is no setting "
            + key
            + " (in "
            + source
            + ")"
            + near
            + (near.isEmpty() ? "; " : " ")
            + allowed);
  }

  private static List<String> withGroups() {
    return java.util.stream.Stream.concat(KEYS.keySet().stream(), ALL.stream()).toList();
  }

  /** The configuration. */
  RunConfig config() {
    try {
      RunConfig config = RecordTree.bind(RunConfig.class, tree, "");
      return levelsAreOfAnotherKind() ? config.with(config.data().withOwnLevels()) : config;
    } catch (InvalidSettingException e) {
      String source = sources.get(e.key());
      throw source == null ? e : new ConfigException(e.getMessage() + " (in " + source + ")", e);
    }
  }

  /** Whether {@code data.kind} was laid over what {@code data.levels} came with. */
  private boolean levelsAreOfAnotherKind() {
    List<String> order = List.copyOf(sources.keySet());
    return order.indexOf("data.kind") > order.indexOf("data.levels")
        && !layer(sources.get("data.kind")).equals(layer(sources.get("data.levels")));
  }

  /** All single settings of a command line are of one layer. */
  private static String layer(String source) {
    return source.startsWith(SINGLE) ? SINGLE : source;
  }
}
