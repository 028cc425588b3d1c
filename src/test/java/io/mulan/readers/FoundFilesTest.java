package io.mulan.readers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import io.mulan.formats.BadInput;
import io.mulan.formats.FoundFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoundFilesTest {
  @TempDir Path folder;

  private void file(String name) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.writeString(folder.resolve(name), name);
  }

  private FoundFiles found() {
    return FoundFiles.in(folder, new BadInput(false));
  }

  private String refusal() {
    return assertThrows(ConfigException.class, this::found).getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".hidden.png", "a/._x.png", "__MACOSX/a/x.png", "@eaDir/x.png", "a/@eaDir/SYNOPHOTO.jpg",
        "Thumbs.db", "a/thumbs.db", ".ipynb_checkpoints/a.png", "#recycle/a.png", "a/Desktop.ini"
      })
  void filesOfOperatingSystemsAreIgnored(String name) throws IOException {
    file(name);
    file("a/x.png");
    assertEquals(List.of("a/x.png"), found().names());
    assertTrue(FoundFiles.isForeign(name));
  }

  @Test
  void similarNamesAreNotIgnored() {
    for (String name : List.of("a.b/c.png", "thumbs/a.png", "x@eaDir.png", "a/b_.png")) {
      assertFalse(FoundFiles.isForeign(name), name);
    }
  }

  @Test
  void aDataFolderMayBeHiddenItself() throws IOException {
    file(".cache/x/a.png");
    assertEquals(
        List.of("x/a.png"), FoundFiles.in(folder.resolve(".cache"), new BadInput(false)).names());
  }

  @Test
  void linksAreFollowed() throws IOException {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere/dog"));
    Files.writeString(elsewhere.resolve("1.png"), "");
    file("set/cat/0.png");
    Files.createSymbolicLink(folder.resolve("set/dog"), elsewhere);
    Files.createSymbolicLink(folder.resolve("set/cat/1.png"), elsewhere.resolve("1.png"));
    FoundFiles set = FoundFiles.in(folder.resolve("set"), new BadInput(false));
    assertEquals(List.of("cat/0.png", "cat/1.png", "dog/1.png"), set.names());
  }

  @Test
  void loopsAndBrokenLinksAreNamedOrSkipped() throws IOException {
    file("a/x.png");
    Files.createSymbolicLink(folder.resolve("a/loop"), folder);
    assertTrue(refusal().contains("a/loop is a link to a folder that it lies in"), refusal());
    Files.delete(folder.resolve("a/loop"));
    Files.createSymbolicLink(folder.resolve("a/gone"), folder.resolve("nowhere"));
    assertTrue(refusal().contains("a/gone is a link to nothing"), refusal());
    BadInput skipped = new BadInput(true);
    assertEquals(List.of("a/x.png"), FoundFiles.in(folder, skipped).names());
    assertEquals(1, skipped.count());
  }

  @Test
  void missingShardsAreNamed() {
    Shards.requireAll("set", List.of("a-00000-of-00002", "a-00001-of-00002"), new BadInput(false));
    Shards.requireAll("set", List.of("b.tfrecord", "x-1.parquet"), new BadInput(false));
    List<String> gap =
        List.of("train-00001-of-00003-0a1b.parquet", "test-00000-of-00001-2c3d.parquet");
    ConfigException given =
        assertThrows(
            ConfigException.class, () -> Shards.requireAll("set", gap, new BadInput(false)));
    assertEquals(
        "set is a part of a set: train-00000-of-00003, train-00002-of-00003 are missing; fetch the"
            + " rest; --skip-bad leaves it out",
        given.getMessage());
  }
}
