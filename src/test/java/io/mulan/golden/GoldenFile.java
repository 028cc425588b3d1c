package io.mulan.golden;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.numpy.Npz;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;

/**
 * A file of golden vectors, numbers that the published code computed: arrays in {@code NAME.npz},
 * and what they are in {@code NAME.json}. More of the same kind, of another size or program, lie in
 * {@code NAME-MORE.npz}.
 *
 * <p>The files are read from the test resources, which have every kind, or from the folder that the
 * system property {@code golden} names, which may have some.
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

  /** The same of some cases, as {@link #someChecks} has it. */
  public static Stream<DynamicTest> someTests(
      String name, Predicate<GoldenCase> condition, CaseModel model) {
    return someChecks(name, condition, c -> GoldenCheck.check(c, model));
  }

  /** A test for each case of a file that a condition holds for; no case at all is an error. */
  public static Stream<DynamicTest> checks(
      String name, Predicate<GoldenCase> condition, Consumer<GoldenCase> check) {
    return checks(name, condition, check, 1);
  }

  /**
   * The same of every so many-th case, as the system property {@code golden.every} says: for checks
   * that take long. It is every one with other vectors than the project's.
   */
  public static Stream<DynamicTest> someChecks(
      String name, Predicate<GoldenCase> condition, Consumer<GoldenCase> check) {
    return checks(name, condition, check, isChosen() ? 1 : Integer.getInteger("golden.every", 1));
  }

  private static Stream<DynamicTest> checks(
      String name, Predicate<GoldenCase> condition, Consumer<GoldenCase> check, int every) {
    List<GoldenFile> files = named(name).map(GoldenFile::open).toList();
    List<GoldenCase> cases = files.stream().flatMap(f -> f.cases(condition).stream()).toList();
    assertFalse(cases.isEmpty() && !isChosen(), "no case to check in " + name);
    return IntStream.range(0, cases.size())
        .filter(i -> i % every == 0)
        .mapToObj(cases::get)
        .map(c -> DynamicTest.dynamicTest(c.toString(), () -> check.accept(c)))
        .onClose(() -> files.forEach(GoldenFile::close));
  }

  /** The files of one kind. */
  private static Stream<String> named(String kind) {
    try (Stream<Path> all = Files.list(folder())) {
      return all
          .map(path -> path.getFileName().toString())
          .filter(file -> file.equals(kind + ".json") || file.matches(kind + "-.*[.]json"))
          .map(file -> file.substring(0, file.length() - ".json".length()))
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder(), e);
    }
  }

  private static boolean isChosen() {
    return System.getProperty("golden") != null;
  }

  @Override
  public void close() {
    arrays.close();
  }
}
