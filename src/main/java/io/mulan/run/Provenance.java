package io.mulan.run;

import io.mulan.console.Version;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import io.mulan.files.JsonFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What files were made with, so that they can be made again.
 *
 * @param step of the checkpoint
 * @param weights a checksum of the checkpoint's index
 */
public record Provenance(
    long step, String weights, Map<String, Object> settings, Map<String, String> versions) {

  public static Provenance of(TrainedRun run, Map<String, Object> settings) {
    return new Provenance(run.step(), run.fingerprint(), settings, Version.all());
  }

  /** Settings in the given order. */
  public static Map<String, Object> settings(Object... keysAndValues) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return settings;
  }

  public void write(Path file) {
    write(file, this);
  }

  /** Writes anything as JSON. */
  public static void write(Path file, Object value) {
    try {
      JsonFile.write(file, value);
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be written: " + IoReason.of(e), e);
    }
  }
}
