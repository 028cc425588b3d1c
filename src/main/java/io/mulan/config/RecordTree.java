package io.mulan.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mulan.files.ConfigException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Nested records as trees of settings, and back. A component {@code gammaMin} is the setting {@code
 * gamma_min}.
 */
final class RecordTree {
  private RecordTree() {}

  /** The record's settings: whole numbers, numbers, booleans, texts, lists, and maps of them. */
  static Map<String, Object> nested(Record values) {
    Map<String, Object> tree = new LinkedHashMap<>();
    for (RecordComponent c : values.getClass().getRecordComponents()) {
      Object value = invoke(c, values);
      tree.put(
          name(c),
          value instanceof Record r ? nested(r) : value instanceof Enum<?> e ? name(e) : value);
    }
    return tree;
  }

  /** The same with one level, keys such as {@code latent.size}. */
  static Map<String, Object> flat(Record values) {
    Map<String, Object> flat = new LinkedHashMap<>();
    nested(values)
        .forEach(
            (group, settings) ->
                ((Map<?, ?>) settings).forEach((name, v) -> flat.put(group + "." + name, v)));
    return flat;
  }

  /** Keys of all settings, by group. */
  static Map<String, List<String>> keys(Class<? extends Record> type) {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    for (RecordComponent group : type.getRecordComponents()) {
      keys.put(
          name(group),
          Arrays.stream(group.getType().getRecordComponents()).map(RecordTree::name).toList());
    }
    return keys;
  }

  /** Keys of the settings that are texts, such as {@code data.path}. */
  static Set<String> texts(Class<? extends Record> type) {
    return Arrays.stream(type.getRecordComponents())
        .flatMap(
            group ->
                Arrays.stream(group.getType().getRecordComponents())
                    .filter(c -> c.getType() == String.class)
                    .map(c -> name(group) + "." + name(c)))
        .collect(Collectors.toSet());
  }

  /**
   * The record that a tree describes.
   *
   * @param prefix before the names in errors: empty, or {@code training.}
   * @throws InvalidSettingException if a setting is missing or of the wrong type
   */
  static <R extends Record> R bind(Class<R> type, JsonNode tree, String prefix) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String key = prefix + name(components[i]);
      JsonNode node = tree.get(name(components[i]));
      if (node == null) {
        throw new InvalidSettingException(key, "missing", allowed(components[i]));
      }
      values[i] = value(components[i], node, key);
    }
    return construct(type, components, values);
  }

  private static Object value(RecordComponent component, JsonNode node, String key) {
    Class<?> type = component.getType();
    if (type.isRecord()) {
      return bind(type.asSubclass(Record.class), node, key + ".");
    }
    Object value =
        type != List.class
            ? scalar(type, node)
            : list(node, isOfTexts(component) ? RecordTree::text : RecordTree::number);
    if (value == null) {
      throw new InvalidSettingException(key, shown(node), allowed(component));
    }
    return value;
  }

  private static boolean isOfTexts(RecordComponent list) {
    return list.getGenericType() instanceof ParameterizedType type
        && type.getActualTypeArguments()[0] == String.class;
  }

  /** Null where the node is not of that type. */
  private static Object scalar(Class<?> type, JsonNode node) {
    if (type == int.class) {
      return whole(node) && node.canConvertToInt() ? node.intValue() : null;
    }
    if (type == long.class) {
      return whole(node) && node.canConvertToLong() ? node.longValue() : null;
    }
    if (type == double.class) {
      return number(node);
    }
    if (type == boolean.class) {
      return node.isBoolean() ? node.booleanValue() : null;
    }
    if (type == String.class) {
      return node.isTextual() ? node.textValue() : null;
    }
    // YAML takes a plain on or off for a boolean.
    String text = node.isBoolean() ? (node.booleanValue() ? "on" : "off") : node.asText();
    return Arrays.stream(type.getEnumConstants())
        .filter(e -> name((Enum<?>) e).equals(text))
        .findFirst()
        .orElse(null);
  }

  private static boolean whole(JsonNode node) {
    return node.isNumber() && node.canConvertToExactIntegral();
  }

  /** YAML takes 1e-3 for a text. */
  private static Double number(JsonNode node) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    try {
      return node.isTextual() && node.textValue().matches("[-+.0-9eE]+")
          ? Double.valueOf(node.textValue())
          : null;
    } catch (NumberFormatException notOne) {
      return null;
    }
  }

  private static String text(JsonNode node) {
    return node.isValueNode() && !node.isNull() ? node.asText() : null;
  }

  /** Null where the node is not an array, or one of its elements is not of that type. */
  private static List<Object> list(JsonNode node, Function<JsonNode, Object> element) {
    if (!node.isArray()) {
      return null;
    }
    List<Object> all = new ArrayList<>();
    for (JsonNode n : node) {
      Object value = element.apply(n);
      if (value == null) {
        return null;
      }
      all.add(value);
    }
    return all;
  }

  private static String allowed(RecordComponent component) {
    Class<?> type = component.getType();
    if (type == int.class || type == long.class) {
      return "a whole number up to "
          + (type == int.class ? BigInteger.valueOf(Integer.MAX_VALUE) : Long.MAX_VALUE);
    }
    if (type == double.class) {
      return "a number";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "a text; in quotes if it looks like a number";
    }
    if (type == List.class) {
      return isOfTexts(component)
          ? "a list of texts, such as [cat, dog]"
          : "a list of numbers, such as [6, 7]";
    }
    if (type.isRecord()) {
      return "its settings";
    }
    return Arrays.stream(type.getEnumConstants())
        .map(e -> name((Enum<?>) e))
        .collect(Collectors.joining(", "));
  }

  private static String shown(JsonNode node) {
    if (node instanceof ObjectNode) {
      return "a group of settings";
    }
    return node.isNull() || node.isMissingNode()
        ? "empty"
        : node.isTextual() ? "'" + node.textValue() + "'" : node.toString();
  }

  private static String name(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Object invoke(RecordComponent component, Record values) {
    try {
      return component.getAccessor().invoke(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <R extends Record> R construct(
      Class<R> type, RecordComponent[] components, Object[] values) {
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ConfigException refused) {
        throw refused;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
