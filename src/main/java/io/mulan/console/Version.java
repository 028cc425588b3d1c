package io.mulan.console;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.tensorflow.TensorFlow;

/** The versions that a result depends on. */
public final class Version {
  private Version() {}

  public static String mulan() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  public static String tensorFlow() {
    return TensorFlow.version();
  }

  public static Map<String, String> all() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("mulan", mulan());
    versions.put("tensorflow", tensorFlow());
    versions.put("java", java());
    return versions;
  }

  /** As the property {@code java.version} has it. */
  private static String java() {
    Runtime.Version version = Runtime.version();
    String numbers =
        version.version().stream().map(String::valueOf).collect(Collectors.joining("."));
    return numbers + version.pre().map(p -> "-" + p).orElse("");
  }
}
