package io.mulan.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigReader;
import io.mulan.config.RunConfig;
import io.mulan.files.AtomicFolder;
import io.mulan.files.ConfigException;
import io.mulan.files.JsonFile;
import io.mulan.files.Printable;
import io.mulan.tf.CheckpointException;
import io.mulan.tf.SavedModelWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;

/**
 * Versions of models: whole or not there, of nothing but what serving needs, read back unharmed.
 */
final class ModelFolderTest {
  private static final ExportedModel DIGITS = ExportedModel.open(Bundle.DIGITS);

  @TempDir Path folder;

  /** Every signature is run before the folder has its name. */
  @Tag("integration")
  @Test
  void aModelCanBeExported() throws IOException {
    Bundle.Answer some =
        exported("vdm", bundle -> bundle.call(Sample.NAME, "count", 3, "steps", 2, "seed", 5L));
    assertEquals(3 * 64, some.of("images").length);
  }

  @Tag("slow")
  @Test
  void aModelOfAugmentedImagesCanBeExported() throws IOException {
    Bundle.Answer some =
        exported(
            "augmented",
            bundle ->
                bundle.call(
                    Sample.NAME,
                    "count",
                    3,
                    "labels",
                    TInt32.vectorOf(1, 2, 3),
                    "augmented",
                    TBool.vectorOf(false, true, false),
                    "steps",
                    2,
                    "seed",
                    5L));
    assertEquals(3 * 64, some.of("images").length);
  }

  /** What a model of this kind says once it is exported; PythonAgreementTest has all kinds. */
  private Bundle.Answer exported(String kind, Function<Bundle, Bundle.Answer> call)
      throws IOException {
    Path written = SmallExport.write(folder, kind);
    ExportedModel model = ExportedModel.open(folder.resolve(kind));
    assertEquals(written, model.folder());
    assertEquals(kind, model.card().name());
    assertNothingForeign(written);
    try (Bundle bundle = new Bundle(written)) {
      return call.apply(bundle);
    }
  }

  /** A card that names what is not in its folder is damaged, whatever is there. */
  @ParameterizedTest
  @ValueSource(strings = {"../outside", "assets/../../outside", "/etc/hostname", "a\u0000b"})
  void noPathInACardIsFollowedOutOfTheFolder(String name) throws IOException {
    Path version = folder.resolve("1");
    Path config = Files.createDirectories(version.resolve("assets")).resolve("config.yaml");
    Files.copy(Bundle.DIGITS.resolve("assets/config.yaml"), config);
    Files.writeString(folder.resolve("outside"), "");
    String empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    Map<String, String> files = new TreeMap<>(ModelFolder.checksums(version));
    files.put(name, empty);
    JsonFile.write(version.resolve("assets/model.json"), DIGITS.card().with(files));
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> ExportedModel.open(version));
    assertTrue(e.getMessage().contains(Printable.of(name) + " is missing"), e.getMessage());
  }

  @Test
  void theModelOfTheProjectHoldsNothingForeign() throws IOException {
    assertNothingForeign(Bundle.DIGITS);
  }

  /** No training, no state of random numbers, no device, no compiled call, no path. */
  private static void assertNothingForeign(Path version) throws IOException {
    SavedModel model =
        SavedModel.parseFrom(Files.readAllBytes(version.resolve(SavedModelWriter.MODEL)));
    GraphDef graph = model.getMetaGraphs(0).getGraphDef();
    List<NodeDef> nodes = new ArrayList<>(graph.getNodeList());
    graph.getLibrary().getFunctionList().forEach(f -> nodes.addAll(f.getNodeDefList()));
    Set<String> operations = new TreeSet<>();
    for (NodeDef node : nodes) {
      operations.add(node.getOp());
      assertEquals("", node.getDevice(), node.getName());
      assertFalse(node.containsAttr("_XlaMustCompile"), node.getName());
    }
    for (String op : operations) {
      assertFalse(op.contains("Apply") || op.equals("AssignAddVariableOp"), op);
      assertFalse(op.startsWith("Random") || op.equals("VariableV2") || op.equals("PyFunc"), op);
    }
    long assigned = nodes.stream().filter(n -> n.getOp().equals("AssignVariableOp")).count();
    long variables = nodes.stream().filter(n -> n.getOp().equals("VarHandleOp")).count();
    assertEquals(2 * variables, assigned, "one to initialise, one to restore");
    String here = Path.of("").toAbsolutePath().toString();
    for (Path file : AtomicFolder.files(version)) {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      for (String path :
          List.of(here, System.getProperty("user.home"), System.getProperty("java.io.tmpdir"))) {
        assertFalse(text.contains(path), () -> file + " holds " + path);
      }
    }
  }

  private Path write(long version, AtomicFolder.Content graph) {
    RunConfig config = DIGITS.config();
    ModelCard c = DIGITS.card();
    ModelCard card =
        new ModelCard(
            c.name(),
            version,
            c.data(),
            c.step(),
            c.weights(),
            c.likelihood(),
            c.parameters(),
            c.licence(),
            c.versions(),
            c.files());
    return ModelFolder.write(folder, card, config, new Signatures(List.of()), graph);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2024", "on", "null", "1e3", "a #b", "~"})
  void theConfigurationNamesTheDataFolderAlone(String name) {
    RunConfig config = ConfigReader.read(Optional.of("cifar10"), Optional.empty(), List.of());
    RunConfig elsewhere = config.with(config.data().at("/home/me/" + name));
    assertEquals(name, ModelFolder.portable(elsewhere).data().path());
    assertEquals(config.with(config.data().at("")), ModelFolder.portable(config));
  }

  @Test
  void aVersionIsWholeOrNotThere() throws IOException {
    CheckpointException e =
        assertThrows(
            CheckpointException.class,
            () ->
                write(
                    3,
                    at -> {
                      Files.writeString(at.resolve(SavedModelWriter.MODEL), "half");
                      assertEquals(List.of(), ModelFolder.versions(folder));
                      assertFalse(at.getFileName().toString().matches("[0-9]+"));
                      throw new IOException("no space left");
                    }));
    assertTrue(e.getMessage().contains("no space left"), e::getMessage);
    assertTrue(e.getMessage().contains("--to"), e::getMessage);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void anExistingVersionIsNotReplaced() throws IOException {
    Files.createDirectories(folder.resolve("3"));
    ConfigException e = assertThrows(ConfigException.class, () -> write(3, at -> {}));
    assertTrue(e.getMessage().contains("3 is there already"), e::getMessage);
    assertEquals(List.of(3L), ModelFolder.versions(folder));
  }

  /** What a server would fail at is not given a name. */
  @Test
  void aModelThatCannotBeLoadedIsNotWritten() {
    assertThrows(
        CheckpointException.class,
        () -> write(1, at -> Files.writeString(at.resolve(SavedModelWriter.MODEL), "no model")));
    assertEquals(List.of(), ModelFolder.versions(folder));
  }

  @Test
  void aDamagedModelIsRefusedByTheNameOfTheFile() throws IOException {
    List<String> files = new ArrayList<>(DIGITS.card().files().keySet());
    files.add(ModelFolder.CARD);
    Path copy = copy();
    for (String name : files) {
      byte[] whole = Files.readAllBytes(copy.resolve(name));
      for (Damage damage : Damage.values()) {
        damage.to(copy.resolve(name));
        CheckpointException e =
            assertThrows(CheckpointException.class, () -> ExportedModel.open(copy), name);
        String expected =
            name.equals(ModelFolder.CARD) && damage == Damage.GONE ? "another program" : name;
        assertTrue(e.getMessage().contains(expected), e::getMessage);
        assertEquals(1, e.getMessage().lines().count());
        Files.write(copy.resolve(name), whole);
      }
    }
    assertEquals(DIGITS.card(), ExportedModel.open(copy).card());
  }

  private enum Damage {
    GONE,
    CUT,
    CHANGED;

    void to(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      switch (this) {
        case GONE -> Files.delete(file);
        case CUT -> Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        case CHANGED -> {
          bytes[bytes.length / 3] ^= 0x20;
          Files.write(
              file, file.endsWith("model.json") ? "{}".getBytes(StandardCharsets.UTF_8) : bytes);
        }
      }
    }
  }

  private Path copy() throws IOException {
    Path copy = Files.createTempDirectory(folder, "copy");
    for (Path file : AtomicFolder.files(Bundle.DIGITS)) {
      Path target = copy.resolve(Bundle.DIGITS.relativize(file));
      Files.createDirectories(target.getParent());
      Files.copy(file, target);
    }
    return copy;
  }

  @Test
  void theNewestVersionIsTaken() throws IOException {
    for (int version : new int[] {2, 10, 9}) {
      Files.move(copy(), folder.resolve("" + version));
    }
    Files.createDirectories(folder.resolve(".unfinished-11"));
    assertEquals(List.of(2L, 9L, 10L), ModelFolder.versions(folder));
    assertEquals(folder.resolve("10"), ExportedModel.open(folder).folder());
  }

  /** The text that people read is that of the model. */
  @Test
  void theSignaturesAreDocumented() throws IOException {
    String text = Files.readString(Bundle.DIGITS.resolve("assets/README.md"));
    String signatures = text.substring(text.indexOf("## Signatures"));
    String documented = Files.readString(Path.of("docs", "savedmodels.md"));
    assertTrue(
        documented.endsWith(signatures), "docs/savedmodels.md ends with what the model says");
  }
}
