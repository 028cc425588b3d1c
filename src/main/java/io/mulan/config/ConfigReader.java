package io.mulan.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.mulan.files.ConfigException;
import io.mulan.files.IoReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads configurations: a preset, a file over it, single settings over both. */
public final class ConfigReader {
  /** Parsing takes time that grows with the square of a text. */
  private static final int MOST_BYTES = 1 << 18;

  private ConfigReader() {}

  /**
   * The configuration that a command line asks for.
   *
   * @param preset the default one if empty
   * @param file YAML with the settings that differ
   * @param overrides each {@code key=value}; the value in YAML, but texts as they are
   * @throws ConfigException if a value is not allowed; the message names setting, value and what is
   *     allowed
   */
  public static RunConfig read(
      Optional<String> preset, Optional<Path> file, List<String> overrides) {
    String name = preset.orElse(Presets.names().get(0));
    Settings settings = new Settings();
    Presets.read(name).forEach(yaml -> settings.add(yaml, "preset " + name));
    file.ifPresent(f -> settings.add(text(f), f.toString()));
    return override(settings, overrides);
  }

  /**
   * A preset with single settings over it.
   *
   * @param settings each {@code key=value}, such as {@code training.steps=100}
   * @throws ConfigException if there is no such preset or setting, or a value is not allowed
   */
  public static RunConfig preset(String name, String... settings) {
    return read(Optional.of(name), Optional.empty(), List.of(settings));
  }

  /**
   * A file that has every setting, but for those that came after it was written.
   *
   * @throws ConfigException if it does not, or a value is not allowed
   */
  public static RunConfig readComplete(Path file) {
    Settings settings = new Settings();
    settings.add(Presets.earlier(), "earlier versions");
    settings.add(text(file), file.toString());
    return settings.config();
  }

  /**
   * Settings from elsewhere over a preset, and single ones over both.
   *
   * @param settings by group
   * @param source of them, for messages
   * @throws ConfigException if a value is not allowed
   */
  public static RunConfig read(
      String preset,
      Map<String, ? extends Map<String, Object>> settings,
      String source,
      List<String> overrides) {
    Settings all = new Settings();
    Presets.read(preset).forEach(yaml -> all.add(yaml, "preset " + preset));
    all.add(Yaml.write(new LinkedHashMap<>(settings)), source);
    return override(all, overrides);
  }

  /**
   * What a YAML or JSON file holds, whatever it is about.
   *
   * @throws ConfigException if it cannot be read or is not YAML
   */
  public static JsonNode tree(Path file) {
    return Yaml.read(text(file), file.toString());
  }

  /** A configuration with single settings laid over it, each {@code key=value}. */
  public static RunConfig override(RunConfig config, List<String> overrides) {
    Settings settings = new Settings();
    settings.add(config.toYaml(), "the configuration");
    return override(settings, overrides);
  }

  private static RunConfig override(Settings settings, List<String> overrides) {
    for (String o : overrides) {
      int equals = o.indexOf('=');
      if (equals < 1) {
        throw new ConfigException(
            "--set " + o + " sets nothing; write --set KEY=VALUE, such as --set latent.size=20");
      }
      String source = Settings.SINGLE + o;
      settings.setSingle(o.substring(0, equals).strip(), o.substring(equals + 1), source);
    }
    return settings.config();
  }

  /**
   * The text of a file.
   *
   * @throws ConfigException if it cannot be read, or is too large for a configuration
   */
  public static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new ConfigException(
            file + " is too large for a configuration: 256 KiB are allowed; name another file");
      }
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw new ConfigException(
          file + " is not there; name a YAML file, or a preset with --preset", e);
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + " is not YAML: it is not a text in UTF-8", e);
    } catch (IOException e) {
      String reason = Files.isDirectory(file) ? "it is a folder; name a YAML file" : IoReason.of(e);
      throw new ConfigException(file + " cannot be read: " + reason, e);
    }
  }
}
