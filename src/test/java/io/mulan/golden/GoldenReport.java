package io.mulan.golden;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The table of all agreements of a run of the tests, in {@code target/golden-report.md}: a row for
 * each quantity that fails, and for each group of quantities of a case the one that comes nearest
 * to its limit.
 */
public final class GoldenReport {
  private static final Path FILE = Path.of("target", "golden-report.md");
  private static final String INTRODUCTION =
      """
      # Agreement with the published code

      Made by the test run itself (`mvn test` writes it to `target/golden-report.md`; this is a copy).

      The published JAX code was run on given weights, inputs and noise, in float32 and in double precision; the
      numbers are in `src/test/resources/golden`. This project computes the same numbers in both precisions. Errors
      are relative to the size of the quantity, against the published double precision. A value in float32 is allowed
      3 times the published float32 error, or 1e-5 where that is larger; a gradient 1e-3 by norm. Double precision is
      allowed 1e-7, or the published float32 error. A row of many quantities shows the one nearest to its limit.
      `mvn verify -Dgolden=DIR` runs the same checks on other vectors.

      Three things of the published code are not compared: networks of 32 channels, whose groups of one channel
      normalise the conditioning away (this project refuses them); the loss of its VDM in discrete time with
      `reparam_type: input`, which weighs an error in the noise as one in the image, so it is not a bound; and the
      approximation of the vector field called `high_precision`, which its evaluation leaves off. The likelihood by
      the probability flow has its own test, `ExactLikelihoodGoldenTest` (rules in `docs/likelihood.md`).

      """;

  /** The same for programs, a row a line, with both values. */
  private static final Path LINES = Path.of("target", "golden-report.jsonl");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Rows of the table, and their lines. Sorted: tests run in any order. */
  private static final SortedMap<String, String> ROWS = new TreeMap<>();

  private GoldenReport() {}

  /**
   * Adds the rows of a case, and those that fail again.
   *
   * @throws AssertionError if any fails
   */
  public static void require(GoldenCase golden, List<Agreement> reported, List<Agreement> all) {
    List<Agreement> failures = all.stream().filter(a -> !a.holds()).toList();
    add(golden, reported);
    add(golden, failures);
    if (!failures.isEmpty()) {
      StringBuilder text = new StringBuilder(golden + " (published error, ours, allowed):");
      failures.forEach(f -> text.append("\n  ").append(f));
      throw new AssertionError(text);
    }
  }

  private static synchronized void add(GoldenCase golden, Collection<Agreement> agreements) {
    agreements.forEach(a -> ROWS.put("| " + golden + " " + a, new Line(golden, a).toString()));
    try {
      Files.createDirectories(FILE.getParent());
      Files.writeString(
          FILE,
          INTRODUCTION
              + "| case | quantities | published error | our error | allowed | |\n"
              + "| --- | --- | --- | --- | --- | --- |\n"
              + lines(ROWS.keySet()));
      Files.writeString(LINES, lines(ROWS.values()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String lines(Collection<String> lines) {
    return String.join("\n", lines) + "\n";
  }

  /** A row as JSON has it. */
  private record Line(String file, String name, Agreement agreement, boolean holds) {
    Line(GoldenCase golden, Agreement agreement) {
      this(golden.file(), golden.name(), agreement, agreement.holds());
    }

    @Override
    public String toString() {
      try {
        return JSON.writeValueAsString(this);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The worst of some agreements, named by how many there are; of one, that one. */
  public static Agreement worst(String group, List<Agreement> agreements) {
    Agreement worst = agreements.get(0);
    if (agreements.size() == 1) {
      return worst;
    }
    for (Agreement a : agreements) {
      if (!(a.ours() / a.allowed() <= worst.ours() / worst.allowed())) {
        worst = a;
      }
    }
    return new Agreement(
        group + " of " + agreements.size() + ", worst: " + worst.quantity(),
        worst.expected(),
        worst.value(),
        worst.published(),
        worst.ours(),
        worst.allowed());
  }
}
