package io.mulan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Scripts of {@code scripts/python}, run by the Python that {@code -Dpython=} names. */
public final class PythonScript {
  private static final String PYTHON = System.getProperty("python", ".venv/bin/python");

  private PythonScript() {}

  /**
   * Runs a script to its end, which must be a good one.
   *
   * @return what it printed
   */
  public static String run(String name, Object... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(
                Stream.of(PYTHON, "scripts/python/" + name),
                Stream.of(arguments).map(Object::toString))
            .toList();
    Process python = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, python.waitFor(), printed);
    return printed;
  }
}
