package io.mulan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.RunConfig.Difference;
import io.mulan.config.TrainingConfig.Xla;
import io.mulan.files.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigReaderTest {
  @TempDir Path folder;

  static List<String> presets() {
    return Presets.names();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void aPresetWrittenAndReadBackIsTheSame(String name) throws IOException {
    RunConfig preset = preset(name);
    Path file = file("config.yaml", preset.toYaml());
    assertEquals(preset, ConfigReader.readComplete(file));
    assertEquals(List.of(), RunConfig.differences(preset, ConfigReader.readComplete(file)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024",
        "on",
        "null",
        "1e3",
        "a #b",
        "~",
        "true",
        "0x10",
        "1_000",
        ".inf",
        "2024-01-01",
        "-",
        "a: b",
        "[x]",
        "{x}",
        "'q'",
        "\"q\"",
        "a'b",
        " a ",
        "#",
        "*",
        "&a",
        "!t",
        "%",
        "@",
        "a\tb",
        "ä",
        "a\\b",
        "C:\\d",
        "y",
        "=",
        "?",
        "a\nb",
        "<<",
        "1:30",
        "+1",
        "/data/2024",
        "a,b",
        ""
      })
  void anyPathIsTheSameInAFileAndAsASetting(String path) throws IOException {
    RunConfig config = preset("cifar10").with(preset("cifar10").data().at(path));
    assertEquals(config, ConfigReader.readComplete(file("config.yaml", config.toYaml())));
    assertEquals(config, ConfigReader.override(config, List.of("training.steps=" + steps(config))));
    assertEquals(
        path,
        ConfigReader.read(Optional.of("cifar10"), Optional.empty(), List.of("data.path=" + path))
            .data()
            .path());
  }

  private static int steps(RunConfig config) {
    return config.training().steps();
  }

  @Test
  void digitsIsTheDefault() {
    RunConfig config = ConfigReader.read(Optional.empty(), Optional.empty(), List.of());
    assertEquals(preset("digits"), config);
    assertEquals(DataConfig.Kind.DIGITS, config.data().kind());
  }

  @Test
  void theCifarPresetIsThePublishedConfiguration() {
    RunConfig c = preset("cifar10");
    assertEquals(
        new ScheduleConfig(
            ScheduleConfig.Kind.POLYNOMIAL,
            -13.3,
            5,
            0,
            ScheduleConfig.Start.RANDOM,
            ScheduleConfig.Ends.FIXED),
        c.schedule());
    assertEquals(
        new NetworkConfig(
            NetworkConfig.Kind.VDM,
            128,
            32,
            0.1,
            false,
            List.of(6.0, 7.0),
            true,
            NetworkConfig.ConditioningStart.RANDOM,
            32,
            NetworkConfig.Preconditioning.NONE,
            0),
        c.network());
    assertEquals(50, c.latent().size());
    assertEquals(15, c.latent().k());
    assertEquals(2e-4, c.training().learningRate());
    assertEquals(0.9999, c.training().ema());
  }

  @Test
  void settingsPrecedeFilesAndFilesPrecedePresets() throws IOException {
    Path file =
        file("mine.yaml", "training:\n  steps: 7\n  batch: 9\nmodel:\n  latent: {size: 20}\n");
    RunConfig c =
        ConfigReader.read(Optional.of("photos"), Optional.of(file), List.of("training.batch=11"));
    assertEquals(7, c.training().steps());
    assertEquals(11, c.training().batch());
    assertEquals(20, c.latent().size());
    assertEquals(preset("photos").network(), c.network());
  }

  @Test
  void settingsMayBeginWithModel() {
    assertEquals(20, set("model.latent.size=20").latent().size());
    assertEquals(List.of(3.0, 4.0), set("network.fourier=[3, 4]").network().fourier());
    assertEquals(1e-4, set("training.learning_rate=1e-4").training().learningRate());
    assertEquals(3.0, set("training.learning_rate=3").training().learningRate());
  }

  @ParameterizedTest
  @CsvSource({"on,ON", "off,OFF", "auto,AUTO"})
  void xlaIsOnOffOrAutoAndNotABoolean(String text, Xla xla) throws IOException {
    assertEquals(xla, set("training.xla=" + text).training().xla());
    Path file = file("xla.yaml", "training:\n  xla: " + text + "\n");
    RunConfig read = ConfigReader.read(Optional.empty(), Optional.of(file), List.of());
    assertEquals(xla, read.training().xla());
    assertEquals(read, ConfigReader.readComplete(file("all.yaml", read.toYaml())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training.step=5 | did you mean training.steps?",
        "latent.sizes=5 | did you mean latent.size?",
        "model.latent.siez=5 | did you mean latent.size?",
        "steps=5 | did you mean training.steps?",
        "training.qqqqqqqqqqqqqqq=5 | allowed in training: steps, batch, accumulate, optimizer",
        "wholly.unknown=5 | allowed groups: data, schedule, latent, network, loss, training",
      })
  void anUnknownKeyIsRefusedWithTheNearestOrItsGroup(String setting, String hint) {
    refusedSetting(setting, hint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training.steps=many | training.steps is 'many'; allowed: a whole number",
        "training.steps=1.5 | training.steps is 1.5; allowed: a whole number",
        "training.steps=3000000000 | training.steps is 3000000000; allowed: a whole number",
        "training.steps= | training.steps is empty; allowed: a whole number",
        "training.batch=0 | training.batch is 0; allowed: a whole number from 1",
        "training.learning_rate=-1 | training.learning_rate is -1.0; allowed: a number above 0",
        "training.learning_rate=.nan | is '.nan'; allowed: a number",
        "training.learning_rate=1e999 | allowed: a number above 0",
        "schedule.gamma_min=-1e999 | allowed: a finite number",
        "schedule.gamma_min=9 | allowed: a number below schedule.gamma_max, which is 5.0",
        "training.ema=1 | allowed: a number from 0 to below 1",
        "training.seed=-1 | allowed: a whole number from 0 to 2147483647",
        "training.xla=maybe | training.xla is 'maybe'; allowed: auto, on, off",
        "data.kind=cats | allowed: digits, kinds, photos, cifar10",
        "data.levels=300 | allowed: a whole number from 2 to 256",
        "latent.k=16 | allowed: a whole number from 1 to below latent.size, which is 16",
        "network.attention=perhaps | allowed: true or false",
        "network.fourier=6 | allowed: a list of numbers",
        "network.groups=5 | a divisor of network.channels, which is 64",
        "network.groups=64 | and at most half of it",
        "latent.size={a: 1} | latent.size is a group of settings; allowed: a whole number",
      })
  void aWrongValueIsRefusedWithTheAllowedOnes(String setting, String part) {
    refusedSetting(setting, part);
  }

  @ParameterizedTest
  @ValueSource(strings = {"training.steps", "=5", ""})
  void aSettingWithoutAKeyOrAValueIsRefused(String setting) {
    refusedSetting(setting, "--set KEY=VALUE");
  }

  @Test
  void anUnknownPresetNamesTheNearestAndAll() {
    String message =
        refused(() -> ConfigReader.read(Optional.of("cifar"), Optional.empty(), List.of()));
    assertContains(message, "did you mean cifar10?");
    assertContains(message, "digits, kinds, photos, cifar10");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training: [1, | is not YAML at line",
        "'training: {steps: 1' | is not YAML at line",
        "'just words' | is not a mapping",
        "'' | is empty",
        "'# nothing but a comment' | is empty",
        "'training: 5' | training is a group of settings, not a value",
        "'trainin: {steps: 5}' | did you mean training?",
        "'training: {steps: 5, steps: 6}' | Duplicate",
        "'training: {steps: few}' | training.steps is 'few'",
      })
  void aFileThatIsNotAConfigurationIsNamed(String text, String part) throws IOException {
    Path file = file("bad.yaml", text);
    String message =
        refused(() -> ConfigReader.read(Optional.empty(), Optional.of(file), List.of()));
    assertContains(message, part);
    assertContains(message, file.toString());
  }

  @Test
  void aFileThatIsNotThereNotTextOrAFolderIsNamed() throws IOException {
    assertContains(refusedFile(folder.resolve("none.yaml")), "none.yaml is not there");
    assertContains(refusedFile(folder), "it is a folder");
    Path binary = folder.resolve("binary.yaml");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, (byte) 0x80});
    assertContains(refusedFile(binary), "is not YAML");
  }

  @Test
  void configurationsOfEarlierVersionsKeepTheirMeaning() throws IOException {
    RunConfig config = preset("digits");
    String earlier =
        config
            .toYaml()
            .replaceAll("(?m)^ *precision:.*\n", "")
            .replace("learning_rate_decay: linear", "learning_rate_decay: true");
    assertEquals(-1, earlier.indexOf("precision"));
    assertContains(earlier, "learning_rate_decay: true");
    assertEquals(config, ConfigReader.readComplete(file("config.yaml", earlier)));
  }

  @Test
  void aRunsConfigurationMustBeComplete() throws IOException {
    String all = preset("digits").toYaml();
    Path file = file("config.yaml", all.replaceFirst("  batch: 128\n", ""));
    String message = refused(() -> ConfigReader.readComplete(file));
    assertContains(message, "training.batch is missing");
  }

  @Test
  void differencesNameKeyAndBothValues() {
    RunConfig left = preset("digits");
    RunConfig right = ConfigReader.override(left, List.of("latent.size=20", "training.xla=on"));
    assertEquals(
        List.of(
            new Difference("latent.size", "16", "20"),
            new Difference("training.xla", "auto", "on")),
        RunConfig.differences(left, right));
  }

  private static RunConfig preset(String name) {
    return ConfigReader.read(Optional.of(name), Optional.empty(), List.of());
  }

  private static RunConfig set(String setting) {
    return ConfigReader.read(Optional.empty(), Optional.empty(), List.of(setting));
  }

  private static void refusedSetting(String setting, String part) {
    String message = refused(() -> set(setting));
    assertContains(message, part);
    assertContains(message, setting.replaceFirst("^model\\.", "").replaceFirst("=.*", ""));
  }

  private static String refusedFile(Path file) {
    return refused(() -> ConfigReader.read(Optional.empty(), Optional.of(file), List.of()));
  }

  /** The message, which is one line. */
  private static String refused(Runnable action) {
    String message = assertThrows(ConfigException.class, action::run).getMessage();
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private static void assertContains(String text, String part) {
    assertTrue(text.contains(part), () -> "'" + part + "' is not in: " + text);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void anotherKindOfDataBringsItsOwnLevelsUnlessTheyAreGivenWithIt() {
    assertEquals(17, levels());
    assertEquals(256, levels("data.kind=idx"));
    assertEquals(100, levels("data.kind=idx", "data.levels=100"));
    assertEquals(100, levels("data.levels=100", "data.kind=idx"));
    assertEquals(17, levels("data.path=elsewhere"));
  }

  private static int levels(String... settings) {
    return ConfigReader.read(Optional.empty(), Optional.empty(), List.of(settings)).data().levels();
  }

  @Test
  void aFileThatIsTooLargeIsRefusedBeforeItIsParsed() throws IOException {
    String large = refusedFile(file("large.yaml", "a".repeat(1 << 18) + "b"));
    assertContains(large, "large.yaml is too large for a configuration: 256 KiB are allowed");
  }
}
