package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.drawing.PictureFiles;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whatever locale, terminal and standard output the program is given. */
@DisabledOnOs(OS.WINDOWS) // bash
final class SurroundingsTest {
  @TempDir Path folder;

  private Program.Outcome bash(String script, List<String> command) {
    List<String> all = new ArrayList<>(List.of("bash", "-c", script, "-"));
    all.addAll(command);
    return Program.await(folder, Program.start(folder, all));
  }

  @Tag("integration")
  @Test
  void aLocaleWithOtherDigits() {
    String[] dry = Program.plainArguments("--dry-run");
    Program.Outcome usual = Program.call(folder, dry).assertDone();
    List<String> command = Program.command(dry);
    command.addAll(1, List.of("-Duser.language=fa", "-Duser.country=IR"));
    Program.Outcome persian = Program.await(folder, Program.start(folder, command)).assertDone();
    assertEquals(usual.out().lines().limit(20).toList(), persian.out().lines().limit(20).toList());
    assertTrue(persian.out().chars().noneMatch(c -> c > 127 && Character.isDigit(c)));
  }

  @Tag("integration")
  @Test
  void anotherProgram() throws IOException {
    String[] arguments = Program.plainArguments("--steps=2", "--run=runs/a");
    Program.Outcome trained = Program.call(folder, arguments).assertDone();
    assertTrue(trained.err().contains("step 2: "), trained::toString);
    assertTrue(trained.out().contains("bits/dim"), trained::toString);
    Program.Outcome measured =
        Program.call(folder, "evaluate", "runs/a", "--times=1", "--limit=2").assertDone();
    assertTrue(measured.out().contains("files: " + folder.resolve("runs/a")), measured::toString);
    Program.call(folder, "evaluate", "runs/b").assertRefused(3, "runs/b");
    try (Stream<Path> made = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("runs")), made.toList());
    }
  }

  @Test
  void standardOutputThatIsFull() {
    Program.Outcome full = bash("\"$@\" >/dev/full", Program.command("--version"));
    full.assertRefused(1, "standard output cannot be written: No space left on device");
  }

  @Test
  void namesThatWouldControlTheTerminal() {
    String name = "a\u001b]0;owned\u0007\u009b31m\u202eb\nc";
    Program.Outcome refused = Program.call(folder, "train", "--resume", name);
    refused.assertRefused(3, "a?]0;owned??31m?b?c is not there");
    Program.Outcome done =
        Program.call(folder, Program.plainArguments("--dry-run", "--set=data.path=" + name));
    for (String said : List.of(done.out(), done.err(), refused.err())) {
      assertTrue(said.chars().noneMatch(c -> c == 0x1b || c == 7 || c == 0x9b || c == 0x202e));
    }
  }

  private static final String PICTURES =
      "mkdir -p pictures && for n in $'\\xc3\\xa4' b c; do cp a.png pictures/$n.png; done && ";

  private static final String[] INFO = {
    "data", "info", "--set", "data.kind=images", "--set", "data.path=pictures"
  };

  @Test
  void cLocaleWithTheLauncher() throws IOException {
    PictureFiles.png(
        folder.resolve("a.png"), new BufferedImage(8, 8, BufferedImage.TYPE_3BYTE_BGR));
    List<String> command = new ArrayList<>(List.of(launcher().toString()));
    command.addAll(Arrays.asList(INFO));
    Program.Outcome done = bash(PICTURES + "LC_ALL=C \"$@\"", command).assertDone();
    assertTrue(done.out().contains("training images  2"), done::toString);
  }

  @Test
  void cLocaleWithoutTheLauncherIsOneLine() throws IOException {
    PictureFiles.png(
        folder.resolve("a.png"), new BufferedImage(8, 8, BufferedImage.TYPE_3BYTE_BGR));
    bash(PICTURES + "LC_ALL=C \"$@\"", Program.command(INFO))
        .assertRefused(3, "cannot be a file's name here", "LC_ALL=C.UTF-8");
  }

  /** As it is shipped, with a jar that leads to these classes. */
  private Path launcher() throws IOException {
    Path scripts = Files.createDirectories(folder.resolve("scripts"));
    Files.createDirectories(folder.resolve("src/main"));
    Files.createFile(folder.resolve("pom.xml"));
    Path jar = Files.createDirectories(folder.resolve("target")).resolve("mulan.jar");
    Manifest manifest = new Manifest();
    Attributes all = manifest.getMainAttributes();
    all.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    all.put(Attributes.Name.MAIN_CLASS, Main.class.getName());
    all.put(
        Attributes.Name.CLASS_PATH,
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(p -> Path.of(p).toUri().toString())
            .collect(Collectors.joining(" ")));
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    Path launcher = scripts.resolve("mulan");
    Files.copy(Path.of("scripts/mulan"), launcher);
    assertFalse(Files.isSymbolicLink(launcher));
    return launcher;
  }
}
