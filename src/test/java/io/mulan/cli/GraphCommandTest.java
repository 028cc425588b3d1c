package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.GraphDef;

@CallsCommands
final class GraphCommandTest {
  @TempDir Path folder;

  @Test
  void itWritesTheGraphAndItsSummary() throws IOException {
    Program.Outcome done =
        Program.call(
                folder, "graph", "--to=out", "--set=latent.kind=none", "--set=network.layers=1")
            .assertDone();
    assertTrue(done.out().contains("digits.pb"), done::toString);
    GraphDef graph = GraphDef.parseFrom(Files.readAllBytes(folder.resolve("out/digits.pb")));
    assertTrue(graph.getNodeList().stream().anyMatch(n -> n.getName().equals("diffusion")));
    assertTrue(graph.getNodeList().stream().noneMatch(n -> n.getName().equals("latent_noise")));
    assertTrue(graph.getNodeList().stream().noneMatch(n -> n.getOp().contains("Random")));
    String summary = Files.readString(folder.resolve("out/digits.txt"));
    assertTrue(
        summary.startsWith("mulan graph: digits with latent.kind=none, network.layers=1\n"),
        summary);
    assertFalse(summary.contains("latent_noise"), summary);
    assertEquals(1, done.out().lines().count(), done::toString);
  }

  @Test
  void invalidOptionsAreRefused() throws IOException {
    Program.call(folder, "graph", "--all", "--preset=photos").assertRefused(2, "--preset", "--all");
    Program.call(folder, "graph", "--preset=digit").assertRefused(3, "no preset 'digit'");
    Files.writeString(folder.resolve("file"), "x");
    Program.call(folder, "graph", "--set=latent.kind=none", "--to=file")
        .assertRefused(3, "file", "name a folder with --to");
  }
}
