package io.mulan.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFolderTest {
  @TempDir private Path around;
  private Path folder;

  @BeforeEach
  void isBelow() {
    folder = around.resolve("models/1");
  }

  @Test
  void replacesAWholeFolderByAnother() throws IOException {
    AtomicFolder.write(folder, at -> Files.writeString(at.resolve("old"), "old"));
    AtomicFolder.write(
        folder,
        at -> Files.writeString(Files.createDirectory(at.resolve("deep")).resolve("new"), "new"));
    assertEquals(List.of(folder.resolve("deep/new")), AtomicFolder.files(folder));
    assertEquals(List.of(folder), entries(folder.getParent()));
  }

  @Test
  void aFailureLeavesWhatWasThereAndNothingElse() throws IOException {
    AtomicFolder.write(folder, at -> Files.writeString(at.resolve("old"), "old"));
    assertThrows(
        IllegalStateException.class,
        () ->
            AtomicFolder.write(
                folder,
                at -> {
                  Files.writeString(at.resolve("new"), "new");
                  throw new IllegalStateException("no weights");
                }));
    assertEquals(List.of(folder.resolve("old")), AtomicFolder.files(folder));
    assertEquals(List.of(folder), entries(folder.getParent()));
  }

  @Test
  void removesAndCleans() throws IOException {
    AtomicFolder.write(folder, at -> Files.writeString(at.resolve("old"), "old"));
    Path left = Files.createDirectory(folder.resolveSibling(".unfinished-2"));
    Files.writeString(left.resolve("state"), "cut off");
    AtomicFolder.clean(folder.getParent());
    assertEquals(List.of(folder), entries(folder.getParent()));
    AtomicFolder.remove(folder);
    assertFalse(Files.exists(folder));
    assertEquals(List.of(), entries(folder.getParent()));
    AtomicFolder.delete(folder);
    AtomicFolder.clean(folder);
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
