package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@CallsCommands
final class IllustrateCommandTest {
  @TempDir Path folder;

  @Tag("integration")
  @Test
  void itPrintsThreeStatementsAndDrawsThem() throws IOException {
    Program.Outcome done =
        Program.call(folder, "illustrate", "--steps=20", "--seed=3", "--out=a/b").assertDone();
    for (String row : List.of("linear", "cosine", "by turns", "entropy", "adaptive")) {
      assertTrue(done.out().lines().anyMatch(l -> l.strip().startsWith(row)), done::toString);
    }
    assertTrue(
        done.out().contains("files: " + folder.resolve("a/b") + " (paths, integrands, gain"),
        done::toString);
    for (String name : List.of("paths", "integrands", "gain")) {
      assertTrue(ImageIO.read(folder.resolve("a/b/" + name + ".png").toFile()).getWidth() > 800);
      assertTrue(Files.readString(folder.resolve("a/b/" + name + ".svg")).contains("<svg"));
    }
  }

  @Test
  void invalidOptionsAreRefused() throws IOException {
    Files.writeString(folder.resolve("file"), "x");
    Program.call(folder, "illustrate", "--steps=0").assertRefused(2, "--steps is '0'", "from 1");
    Program.call(folder, "illustrate", "--seed=x").assertRefused(2, "--seed is 'x'");
    Program.call(folder, "illustrate", "more").assertRefused(2, "takes no 'more'");
    Program.call(folder, "illustrate", "--steps=1", "--out=file")
        .assertRefused(3, "file", "name another place with --out");
  }

  @Test
  void anInterruptionWritesNothing() {
    Program.Outcome stopped =
        Program.callUntil(() -> true, folder, "illustrate", "--steps=1000000", "--out=none");
    assertEquals(130, stopped.code(), stopped::toString);
    assertEquals("", stopped.out());
    assertTrue(stopped.err().contains("training three schedules of"), stopped::toString);
    assertTrue(stopped.err().contains("nothing is written"), stopped::toString);
    assertFalse(Files.exists(folder.resolve("none")));
  }
}
