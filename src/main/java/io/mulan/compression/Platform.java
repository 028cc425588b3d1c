package io.mulan.compression;

import io.mulan.console.Version;
import io.mulan.tf.Devices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * What the last bits of a network's numbers depend on, in addition to its weights: the program,
 * TensorFlow, the processor, the number of threads, and variables that choose TensorFlow's kernels.
 *
 * @param text all of it, on one line
 */
public record Platform(String text) {
  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
  private static final Pattern FEATURES = Pattern.compile("(flags|Features)\\s*:.*");
  private static final Pattern KERNELS =
      Pattern.compile("(TF_(ENABLE|DISABLE|NUM|XLA|CPU)|OMP_|DNNL_|ONEDNN_|XLA_).*");

  /**
   * Of this process.
   *
   * @param environment variables by name
   * @param properties of Java, by name
   */
  public static Platform of(Map<String, String> environment, Map<String, String> properties) {
    StringBuilder text = new StringBuilder();
    text.append("mulan ").append(Version.mulan());
    text.append(", TensorFlow ").append(Version.tensorFlow());
    text.append(", ").append(properties.get("os.name"));
    text.append(' ').append(properties.get("os.arch"));
    text.append(" with features %08x".formatted(checksum(features())));
    text.append(", ").append(Runtime.getRuntime().availableProcessors()).append(" threads");
    if (Devices.hasGpu()) {
      text.append(", a GPU");
    }
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              if (KERNELS.matcher(name).matches()) {
                text.append(", ").append(name).append('=').append(value);
              }
            });
    return new Platform(text.toString());
  }

  /** For the head of a file. */
  public int checksum() {
    return checksum(text);
  }

  /** A CRC-32C of text. */
  public static int checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  /** The instruction sets of the processor, as Linux has them; empty elsewhere. */
  private static String features() {
    try (Stream<String> lines = Files.lines(PROCESSOR)) {
      return lines.filter(line -> FEATURES.matcher(line).matches()).findFirst().orElse("");
    } catch (IOException | UncheckedIOException e) {
      return "";
    }
  }
}
