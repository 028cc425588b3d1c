package io.mulan.files;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where this process keeps downloads and unpacked files. */
public final class Cache {
  private static final String VARIABLE = "MULAN_CACHE";

  private static volatile Map<String, String> environment = Map.of();
  private static volatile Map<String, String> properties = Map.of();

  private Cache() {}

  /**
   * Chooses it: {@code MULAN_CACHE}, or {@code mulan} in {@code XDG_CACHE_HOME} or {@code
   * ~/.cache}; the property {@code mulan.cache} goes before them.
   *
   * @param environment variables by name
   * @param properties of Java, by name
   */
  public static void choose(Map<String, String> environment, Map<String, String> properties) {
    Cache.environment = environment;
    Cache.properties = properties;
  }

  /**
   * The folder that was chosen; {@code mulan-cache} in the working folder if none was.
   *
   * @throws ConfigException if that is not a path
   */
  public static Path folder() {
    Optional<String> own = set(properties.get("mulan.cache"), environment.get(VARIABLE));
    try {
      return own.map(Path::of)
          .or(() -> set(environment.get("XDG_CACHE_HOME")).map(shared -> Path.of(shared, "mulan")))
          .or(() -> set(properties.get("user.home")).map(home -> Path.of(home, ".cache", "mulan")))
          .orElse(Path.of("mulan-cache"));
    } catch (InvalidPathException e) {
      throw new ConfigException(
          "the cache '" + own.orElse("") + "' is not a path; set " + VARIABLE + " to a folder", e);
    }
  }

  private static Optional<String> set(String... values) {
    return Stream.of(values).filter(v -> v != null && !v.isBlank()).findFirst();
  }
}
