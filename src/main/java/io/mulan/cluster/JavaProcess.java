package io.mulan.cluster;

import io.mulan.console.Surroundings;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Another process of this program, with this one's Java and its settings. Its standard input is a
 * pipe; it ends when this one does.
 */
public final class JavaProcess {
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
    command.add(ParentWatch.OPTION);
    // In a namespace of users it would be root.
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
}
