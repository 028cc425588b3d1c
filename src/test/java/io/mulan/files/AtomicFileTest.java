package io.mulan.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFileTest {
  @TempDir private Path folder;

  @Test
  void replacesWhatWasThereAndMakesFolders() throws IOException {
    Path file = folder.resolve("a/b/file.txt");
    AtomicFile.write(file, "first");
    AtomicFile.write(file, "ä");
    assertEquals("ä", Files.readString(file));
    assertEquals(List.of(file), entries(file.getParent()));
  }

  @Test
  void aFailureLeavesWhatWasThereAndNothingElse() throws IOException {
    Path file = folder.resolve("file.txt");
    AtomicFile.write(file, "before");
    IOException full = new IOException("No space left on device");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw full;
                    }));
    assertEquals(full, thrown);
    assertEquals("before", Files.readString(file));
    assertEquals(List.of(file), entries(folder));
  }

  @Test
  void aLinkStaysOneAndADeviceIsWrittenTo() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    AtomicFile.write(link, "through");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("through", Files.readString(file));
    AtomicFile.write(Path.of("/dev/null"), "nowhere");
    assertFalse(Files.isRegularFile(Path.of("/dev/null")));
  }

  @Test
  void aPartialFileIsRecognisedAndReplaced() throws IOException {
    Path left = Files.writeString(folder.resolve(".unfinished-file"), "left by a kill");
    assertTrue(AtomicFile.isUnfinished(left));
    assertFalse(AtomicFile.isUnfinished(folder.resolve("file")));
    AtomicFile.write(folder.resolve("file"), "whole");
    assertEquals(List.of(folder.resolve("file")), entries(folder));
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
