package io.mulan.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.Presets;
import io.mulan.config.RunConfig;
import io.mulan.data.Datasets;
import io.mulan.data.SignalPower;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The graphs that are kept are those that the code makes. */
final class GraphsTest {
  private static final Path FOLDER = Path.of("graphs");
  private static final String HINT = " is not what the code makes; run: mulan graph --all";

  /** Of the second, too: what was built before changes nothing. */
  @Test
  void thePresetsFilesAreWhatTheCodeMakes() throws IOException {
    check("digits");
    check("kinds");
  }

  static List<String> otherPresets() {
    return Presets.models().stream()
        .filter(p -> !p.equals("digits") && !p.equals("kinds"))
        .toList();
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("otherPresets")
  void filesOfOtherPresetsAreWhatTheCodeMakes(String preset) throws IOException {
    check(preset);
  }

  private static void check(String preset) throws IOException {
    GraphExport made = export(preset);
    Path summary = FOLDER.resolve(preset + ".txt");
    // Neither is printed: run as the hint says, git shows what changed.
    assertTrue(Files.readString(summary).equals(made.summary()), () -> summary + HINT);
    Path graph = FOLDER.resolve(preset + ".pb");
    assertTrue(Arrays.equals(Files.readAllBytes(graph), made.graph()), () -> graph + HINT);
  }

  @Test
  void noOtherFilesAreThere() throws IOException {
    Set<String> expected = new TreeSet<>();
    Presets.models().forEach(p -> expected.addAll(List.of(p + ".pb", p + ".txt")));
    try (Stream<Path> files = Files.list(FOLDER)) {
      Set<String> there = new TreeSet<>(files.map(f -> f.getFileName().toString()).toList());
      assertEquals(expected, there, () -> FOLDER + HINT);
    }
  }

  @Test
  void theLatentsNoiseIsWhatItsLawNeeds() {
    assertTrue(
        summary("latent.law=published", "latent.gradient=identity")
            .contains("  latent_noise          float32  [10,B,16]     gamma of shape 1/4\n"));
    assertTrue(
        summary("latent.kind=gaussian", "latent.gradient=identity")
            .contains("  latent_noise          float32  [B,16]        standard normal\n"));
  }

  private static String summary(String law, String gradient) {
    return export(
            "digits", "network.channels=8", "network.layers=1", "network.groups=2", law, gradient)
        .summary();
  }

  private static GraphExport export(String preset, String... settings) {
    RunConfig asked = ConfigReader.read(Optional.of(preset), Optional.empty(), List.of(settings));
    RunConfig config =
        asked.network().powerUnknown()
            ? SignalPower.resolve(asked, Datasets.open(asked.data()))
            : asked;
    return GraphExport.of(preset, config, Datasets.shape(config.data()).image());
  }
}
