package io.mulan.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The graphs that are kept are those that the code makes. */
final class GraphsTest {
  private static final Path FOLDER = Path.of("graphs");
  private static final String HINT = " is not what the code makes; run: mulan graph --all";

  static List<String> presets() {
    return Presets.models();
  }

  @ParameterizedTest
  @MethodSource("presets")
  void aPresetsFilesAreWhatTheCodeMakes(String preset) throws IOException {
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
    presets().forEach(p -> expected.addAll(List.of(p + ".pb", p + ".txt")));
    try (Stream<Path> files = Files.list(FOLDER)) {
      Set<String> there = new TreeSet<>(files.map(f -> f.getFileName().toString()).toList());
      assertEquals(expected, there, () -> FOLDER + HINT);
    }
  }

  @Test
  void whatWasBuiltBeforeChangesNothing() {
    GraphExport first = export("digits");
    export("digits", "schedule.kind=monotone");
    GraphExport second = export("digits");
    assertArrayEquals(first.graph(), second.graph());
    assertEquals(first.summary(), second.summary());
  }

  @Test
  void theLatentsNoiseIsWhatItsLawNeeds() {
    assertTrue(
        export("digits", "latent.law=published")
            .summary()
            .contains("  latent_noise          float32  [10,B,16]     gamma of shape 1/4\n"));
    assertTrue(
        export("digits", "latent.kind=gaussian")
            .summary()
            .contains("  latent_noise          float32  [B,16]        standard normal\n"));
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
