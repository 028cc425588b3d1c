package io.mulan.golden;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.data.Npz;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;

/**
 * A file of golden vectors, numbers that the published code computed: arrays in {@code NAME.npz},
 * and what they are in {@code NAME.json}.
 *
 * <p>The files are read from the test resources, or from the folder that the system property {@code
 * golden} names.
 */
public final class GoldenFile implements AutoCloseable {
  private final String name;
  private final JsonNode description;
  private final Npz arrays;

  private GoldenFile(String name, JsonNode description, Npz arrays) {
    this.name = name;
    this.description = description;
    this.arrays = arrays;
  }

  /** Opens a file, such as {@code losses}; a missing one is an error that names it. */
  public static GoldenFile open(String name) {
    Path json = located(name + ".json");
    Path npz = located(name + ".npz");
    try {
      return new GoldenFile(name, new ObjectMapper().readTree(json.toFile()), Npz.open(npz));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + json, e);
    }
  }

  private static Path located(String file) {
    Path path = folder().resolve(file);
    if (!Files.isRegularFile(path)) {
      throw new AssertionError("golden vectors are missing: " + path.toAbsolutePath());
    }
    return path;
  }

  private static Path folder() {
    String chosen = System.getProperty("golden");
    if (chosen != null) {
      return Path.of(chosen);
    }
    try {
      return Path.of(GoldenFile.class.getResource("/golden").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public String name() {
    return name;
  }

  /** The seed that the vectors were generated with. */
  long seed() {
    return description.get("seed").asLong();
  }

  Npz arrays() {
    return arrays;
  }

  /** The cases that a condition on their description holds for. */
  public List<GoldenCase> cases(Predicate<GoldenCase> condition) {
    Iterable<Map.Entry<String, JsonNode>> all = description.get("cases").properties();
    return StreamSupport.stream(all.spliterator(), false)
        .map(e -> new GoldenCase(this, e.getKey(), e.getValue()))
        .filter(condition)
        .toList();
  }

  /** A test for each case of a file that a condition holds for: that a model gives its numbers. */
  public static Stream<DynamicTest> tests(
      String name, Predicate<GoldenCase> condition, CaseModel model) {
    return checks(name, condition, c -> GoldenCheck.check(c, model));
  }

  /** A test for each case of a file that a condition holds for; no case at all is an error. */
  public static Stream<DynamicTest> checks(
      String name, Predicate<GoldenCase> condition, Consumer<GoldenCase> check) {
    GoldenFile file = open(name);
    List<GoldenCase> cases = file.cases(condition);
    assertFalse(cases.isEmpty(), "no case to check in " + located(name + ".json"));
    return cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.toString(), () -> check.accept(c)))
        .onClose(file::close);
  }

  @Override
  public void close() {
    arrays.close();
  }
}
