package io.mulan.files;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Records as JSON files. A file that is read has every component of its record, with a value of its
 * type; only boxed numbers, and components annotated with {@link JsonInclude}, may be missing.
 * Those with a reader of their own, {@link JsonDeserialize}, may be null.
 */
public final class JsonFile {
  private static final int MOST_BYTES = 1 << 26;
  private static final Set<Class<?>> BOXED =
      Set.of(Double.class, Float.class, Long.class, Integer.class, Boolean.class);

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private JsonFile() {}

  /** What is written of a value, on several lines. */
  public static String text(Object value) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    } catch (JacksonException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Writes a file, whole or not at all. */
  public static void write(Path file, Object value) throws IOException {
    AtomicFile.write(file, text(value));
  }

  /**
   * Reads a record.
   *
   * @throws IOException if the file cannot be read, or is not what was written; the message says
   *     what is missing or wrong in it
   */
  public static <R extends Record> R read(Path file, Class<R> type) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw damaged("it is too large", null);
      }
      JsonNode tree = JSON.readTree(bytes);
      require(tree, type, "");
      return JSON.treeToValue(tree, type);
    } catch (JsonMappingException e) {
      String path = path(e);
      throw damaged(path.isEmpty() ? "it is not JSON" : path + " is wrong", e);
    } catch (JacksonException e) {
      throw damaged("it is not JSON", e);
    }
  }

  private static IOException damaged(String why, Exception cause) {
    return new IOException("it is not what was written: " + why, cause);
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference at : e.getPath()) {
      path.append(path.isEmpty() ? "" : ".");
      path.append(at.getFieldName() == null ? "" + at.getIndex() : at.getFieldName());
    }
    return Printable.of(path.toString());
  }

  /** That all is there that the type has. */
  private static void require(JsonNode node, Type type, String path) throws IOException {
    if (type == Object.class) {
      return;
    }
    if (node == null || node.isNull() || node.isMissingNode()) {
      throw damaged(path.isEmpty() ? "it is empty" : path + " is missing", null);
    }
    if (type instanceof Class<?> record && record.isRecord()) {
      requireComponents(node, record, path);
    } else if (type instanceof ParameterizedType generic) {
      requireElements(node, generic, path);
    }
  }

  private static void requireComponents(JsonNode node, Class<?> record, String path)
      throws IOException {
    if (!node.isObject()) {
      throw damaged((path.isEmpty() ? "it" : path) + " has no fields", null);
    }
    for (RecordComponent component : record.getRecordComponents()) {
      JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
      String name = named == null ? component.getName() : named.value();
      JsonNode value = node.get(name);
      boolean optional =
          BOXED.contains(component.getType())
              || component.getAccessor().isAnnotationPresent(JsonInclude.class)
              || (value != null
                  && component.getAccessor().isAnnotationPresent(JsonDeserialize.class));
      if (!optional || (value != null && !value.isNull())) {
        require(value, component.getGenericType(), path.isEmpty() ? name : path + "." + name);
      }
    }
  }

  private static void requireElements(JsonNode node, ParameterizedType type, String path)
      throws IOException {
    Type[] of = type.getActualTypeArguments();
    Class<?> collection = (Class<?>) type.getRawType();
    if (Map.class.isAssignableFrom(collection) && node.isObject()) {
      for (Map.Entry<String, JsonNode> e : node.properties()) {
        require(e.getValue(), of[1], Printable.of(path + "." + e.getKey()));
      }
    } else if (List.class.isAssignableFrom(collection) && node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        require(node.get(i), of[0], path + "." + i);
      }
    } else {
      throw damaged(path + " is wrong", null);
    }
  }
}
