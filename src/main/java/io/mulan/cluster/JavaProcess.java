package io.mulan.cluster;

import io.mulan.console.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Another process of this program, with this one's Java and its settings. Its standard input is a
 * pipe; it ends when this one does.
 */
public final class JavaProcess {
  /** The property of a process that ends when the one that started it does. */
  public static final String PARENT = "mulan.parent";

  private JavaProcess() {}

  /**
   * What starts it.
   *
   * @param main the class to begin with
   */
  public static ProcessBuilder of(Class<?> main, Surroundings around, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-D" + PARENT + "=stdin");
    // It would be root in a namespace of users.
    for (String name : List.of("user.name", "user.home")) {
      command.add("-D" + name + "=" + around.properties().get(name));
    }
    command.addAll(List.of("-cp", around.properties().get("java.class.path"), main.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(around.environment());
    if (!around.folder().toString().isEmpty()) {
      builder.directory(around.folder().toFile());
    }
    return builder;
  }

  /**
   * Ends a process that has {@link #PARENT} when the one that started it has ended, however that
   * was: the pipe between them, its standard input, ends then.
   *
   * @param in the pipe
   * @param ended what to do when it ends
   */
  public static void endWithParent(InputStream in, Runnable ended) {
    Heartbeat.start("watches parent", () -> awaitEnd(in, ended));
  }

  private static void awaitEnd(InputStream in, Runnable ended) {
    try {
      while (in.read() >= 0) {
        // Nobody writes anything.
      }
    } catch (IOException e) {
      // As if it had ended.
    }
    ended.run();
  }
}
