package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan import}, and {@code mulan export} to files of other programs. */
@CallsCommands
final class InterchangeCommandsTest {
  @TempDir static Path folder;

  private static String fixture(String name) {
    try {
      return Path.of(InterchangeCommandsTest.class.getResource("/flax/" + name).toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static Program.Outcome importVdm(String run, String... more) {
    String[] arguments = {
      "import",
      "--flax=" + fixture("vdm.flax"),
      "--config=" + fixture("vdm.json"),
      "--set=network.groups=2",
      "--to=" + run
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Program.call(folder, all);
  }

  @BeforeAll
  static void train() {
    Program.train(
            folder,
            "--steps=2",
            "--run=a",
            "--set=latent.law=published",
            "--set=training.optimizer=adamw",
            "--set=training.evaluate_every=0")
        .assertDone();
    Program.call(folder, "export", "a", "--flax=a.flax").assertDone();
    Program.call(folder, "export", "a", "--npz=a.npz").assertDone();
  }

  private static JsonNode evaluated(String run, String... more) throws IOException {
    String[] arguments = {"evaluate", run, "--times=2", "--limit=8", "--json=" + run + ".json"};
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    Program.call(folder, all).assertDone();
    JsonNode report = new ObjectMapper().readTree(folder.resolve(run + ".json").toFile());
    return report.get("total");
  }

  @Tag("integration")
  @Test
  void whatMuonKeepsIsNotWrittenAsAdamWs() {
    Program.train(folder, "--steps=1", "--run=muon", "--set=training.evaluate_every=0")
        .assertDone();
    Program.call(folder, "export", "muon", "--flax=muon.flax")
        .assertRefused(3, "training.optimizer muon");
  }

  @Test
  void aPublishedCheckpointIsEvaluatedSampledAndWrittenBack() throws IOException {
    Program.Outcome done = importVdm("vdm").assertDone();
    assertTrue(done.out().contains("vdm.flax at step 3"), done::toString);
    String images = "--images=" + fixture("vdm.npz");
    assertTrue(evaluated("vdm", images).get("bitsPerDim").asDouble() > 0);
    Program.call(folder, "sample", "vdm", "--count=1", "--steps=2", "--out=drawn").assertDone();
    done = Program.call(folder, "export", "vdm").assertDone();
    assertTrue(done.out().contains("savedmodels/vdm/1: weights of step 3"), done::toString);
    Program.call(folder, "export", "vdm", "--flax=back/vdm.flax").assertDone();
    assertEquals(-1, Files.mismatch(Path.of(fixture("vdm.flax")), folder.resolve("back/vdm.flax")));
  }

  @Tag("integration")
  @Test
  void anImportedRunIsTheRunItWasExportedFrom() throws IOException {
    Program.call(folder, "import", "--flax=a.flax", "--config=a/config.yaml", "--to=b")
        .assertDone();
    Program.call(folder, "import", "--npz=a.npz", "--config=a/config.yaml", "--to=c").assertDone();
    JsonNode expected = evaluated("a");
    for (String run : new String[] {"b", "c"}) {
      assertEquals(expected, evaluated(run));
      Path state = folder.resolve(run + ".npz");
      Program.call(folder, "export", run, "--npz=" + state).assertDone();
      assertEquals(-1, Files.mismatch(folder.resolve("a.npz"), state), run);
    }
  }

  private static void assertSameState(String one, String other, int step) throws IOException {
    String state = "/checkpoints/" + step + "/state.data-00000-of-00001";
    assertEquals(
        -1, Files.mismatch(folder.resolve(one + state), folder.resolve(other + state)), other);
  }

  @Tag("integration")
  @Test
  void anImportedRunIsResumedToTheSameWeights() throws IOException {
    Program.trainPlain(folder, "--steps=2", "--run=d").assertDone();
    Program.call(folder, "export", "d", "--npz=d.npz").assertDone();
    Program.call(folder, "import", "--npz=d.npz", "--config=d/config.yaml", "--to=e").assertDone();
    for (String run : new String[] {"d", "e"}) {
      Program.call(folder, "train", "--resume=" + run, "--steps=3").assertDone();
    }
    assertSameState("d", "e", 3);
  }

  @Test
  @Tag("slow")
  void anImportedRunWithALatentIsResumedToTheSameWeights() throws IOException {
    SmallRuns.copy(folder.resolve("a"), folder.resolve("f"));
    Program.call(folder, "import", "--flax=a.flax", "--config=a/config.yaml", "--to=g")
        .assertDone();
    Program.call(folder, "import", "--npz=a.npz", "--config=a/config.yaml", "--to=h").assertDone();
    for (String run : new String[] {"f", "g", "h"}) {
      Program.call(folder, "train", "--resume=" + run, "--steps=4").assertDone();
    }
    assertSameState("f", "g", 4);
    assertSameState("f", "h", 4);
  }

  @Test
  void anArchiveOfWeightsAloneBeginsANewRun() throws IOException {
    Map<String, NpyArray> weights = new LinkedHashMap<>();
    try (Npz npz = Npz.open(folder.resolve("a.npz"))) {
      npz.names().stream()
          .filter(n -> !n.matches("step|(ema|optimizer)/.*"))
          .forEach(n -> weights.put(n, npz.array(n)));
    }
    Npz.write(folder.resolve("weights.npz"), weights);
    Program.Outcome done =
        Program.call(folder, "import", "--npz=weights.npz", "--config=a/config.yaml", "--to=begins")
            .assertDone();
    assertTrue(done.out().contains("weights.npz at step 0"), done::toString);
    Program.call(folder, "export", "begins", "--npz=begins.npz").assertDone();
    try (Npz npz = Npz.open(folder.resolve("begins.npz"))) {
      String name = weights.keySet().iterator().next();
      assertEquals(0, npz.array("step").toLongs()[0]);
      float[] values = weights.get(name).toFloats();
      assertTrue(Arrays.equals(values, npz.array("ema/" + name).toFloats()));
      float[] zeros = new float[values.length];
      assertTrue(Arrays.equals(zeros, npz.array("optimizer/v/" + name).toFloats()));
    }
  }

  @Test
  void importsAndExportsThatAreRefused() throws IOException {
    Program.call(folder, "import", "--flax=a.flax").assertRefused(2, "needs --config FILE");
    Program.call(folder, "import", "--config=c.json").assertRefused(2, "--flax FILE and --npz");
    Program.call(folder, "export", "a", "--code=vdm").assertRefused(2, "--code", "--flax");
    Program.call(folder, "export", "a", "--flax=x", "--to=y").assertRefused(2, "--to");
    Program.call(folder, "export", "a", "--flax=a.flax")
        .assertRefused(3, "a.flax is there already");
    Program.call(folder, "import", "--flax=none.flax", "--config=a/config.yaml", "--to=n")
        .assertRefused(3, "none.flax is not there");
    Program.call(folder, "import", "--flax=a.flax", "--config=none.json", "--to=n")
        .assertRefused(3, "none.json is not there");
    Program.call(folder, "import", "--npz=a", "--config=a/config.yaml", "--to=n")
        .assertRefused(3, "a is not a file");
    Program.call(folder, "import", "--npz=a.flax", "--config=a/config.yaml", "--to=n")
        .assertRefused(4, "a.flax as npz");
    Program.call(
            folder,
            "import",
            "--flax=a.flax",
            "--config=a/config.yaml",
            "--set=network.channels=12",
            "--to=n")
        .assertRefused(4, "a.flax does not fit", "not float32[", "and ");
    byte[] whole = Files.readAllBytes(folder.resolve("a.flax"));
    Files.write(folder.resolve("cut.flax"), Arrays.copyOf(whole, whole.length / 2));
    Program.call(folder, "import", "--flax=cut.flax", "--config=a/config.yaml", "--to=n")
        .assertRefused(4, "cut.flax is", "the file ends");
    assertFalse(Files.exists(folder.resolve("n")), "nothing may be left behind");
    importVdm("twice").assertDone();
    importVdm("twice").assertRefused(3, "twice has checkpoints already", "--to");
  }
}
