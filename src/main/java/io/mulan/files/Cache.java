package io.mulan.files;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where downloads and unpacked files are kept. */
public final class Cache {
  private static final String VARIABLE = "MULAN_CACHE";

  private Cache() {}

  /**
   * {@code MULAN_CACHE}, or {@code mulan} in {@code XDG_CACHE_HOME} or {@code ~/.cache}; the
   * property {@code mulan.cache} goes before them.
   *
   * @throws ConfigException if that is no path
   */
  public static Path folder() {
    Optional<String> own =
        Stream.of(System.getProperty("mulan.cache"), System.getenv(VARIABLE))
            .filter(v -> v != null && !v.isBlank())
            .findFirst();
    try {
      if (own.isPresent()) {
        return Path.of(own.get());
      }
      String shared = System.getenv("XDG_CACHE_HOME");
      return shared != null && !shared.isBlank()
          ? Path.of(shared, "mulan")
          : Path.of(System.getProperty("user.home"), ".cache", "mulan");
    } catch (InvalidPathException e) {
      throw new ConfigException(
          "the cache '" + own.orElse("") + "' is no path; set " + VARIABLE + " to a folder", e);
    }
  }
}
