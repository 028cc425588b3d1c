package io.mulan.training;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The lines of a {@code metrics.jsonl}.
 *
 * @param whole those that are what was written
 * @param damaged the numbers of the others, from 1 on
 * @param cut whether a last one has no end, as of a program that was killed, or still writes it
 */
public record MetricsLines(List<Line> whole, List<Integer> damaged, boolean cut) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A line and what it says. */
  public record Line(String text, JsonNode values) {

    public long step() {
      return values.path(Metrics.STEP).asLong();
    }

    public boolean isEvaluation() {
      return values.has(Metrics.TEST_BOUND);
    }
  }

  /**
   * Reads them; there are none where there is no file.
   *
   * @throws ConfigException if the file cannot be read
   */
  public static MetricsLines read(Path file) {
    List<Line> whole = new ArrayList<>();
    List<Integer> damaged = new ArrayList<>();
    // One byte is one character: what is written is ASCII, and anything else is damage.
    String text = text(file);
    List<String> lines = text.lines().toList();
    boolean cut = false;
    for (int i = 0; i < lines.size(); i++) {
      JsonNode values = parsed(lines.get(i));
      if (values.path(Metrics.STEP).isIntegralNumber()) {
        whole.add(new Line(lines.get(i), values));
      } else if (i == lines.size() - 1 && !text.endsWith("\n")) {
        cut = true;
      } else {
        damaged.add(i + 1);
      }
    }
    return new MetricsLines(whole, damaged, cut);
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    } catch (IOException e) {
      throw new ConfigException(
          file + " cannot be read: " + IoReason.of(e) + "; it is written by mulan train", e);
    }
  }

  private static JsonNode parsed(String line) {
    if (line.chars().anyMatch(c -> c > 126)) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(line);
    } catch (JacksonException e) {
      return MissingNode.getInstance();
    }
  }

  /** What is wrong with them, in words. */
  public String damage() {
    return (damaged.size() == 1 ? "line " : "lines ")
        + String.join(", ", damaged.stream().limit(5).map(String::valueOf).toList())
        + (damaged.size() > 5 ? " and %d more".formatted(damaged.size() - 5) : "")
        + (damaged.size() == 1 ? " is" : " are")
        + " not what was written";
  }
}
