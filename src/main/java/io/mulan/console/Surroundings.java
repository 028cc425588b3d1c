package io.mulan.console;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command finds around it. Nothing but the program's start reads these of the process, so
 * that a command can run within another program, such as a test.
 *
 * @param out for results
 * @param folder that relative paths start at; empty for that of the process
 * @param environment variables by name
 * @param properties of Java, by name
 */
public record Surroundings(
    PrintStream out,
    Path folder,
    Map<String, String> environment,
    Map<String, String> properties,
    Terminal terminal) {

  /**
   * A path as it was typed.
   *
   * @throws java.nio.file.InvalidPathException if it is not a path
   */
  public Path path(String typed) {
    Path path = Path.of(typed);
    return folder.toString().isEmpty() ? path : folder.resolve(path);
  }
}
