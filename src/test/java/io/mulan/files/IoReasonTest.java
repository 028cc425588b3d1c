package io.mulan.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.IIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class IoReasonTest {
  @Test
  void missingAndObstructingFilesAreNamed(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertEquals("no such file or folder", reason(() -> Files.readString(folder.resolve("none"))));
    assertEquals(file + " is not a folder", reason(() -> Files.createDirectories(file)));
  }

  @Test
  void theSystemsReasonWithoutThePath() {
    assertEquals("permission denied", IoReason.of(new AccessDeniedException("/root/x")));
    IOException full = new FileSystemException("/x", null, "No space left on device");
    assertEquals("No space left on device", IoReason.of(full));
    assertEquals("No space left on device", IoReason.of(new IIOException("I/O error", full)));
  }

  @Test
  void oneLineInAnyCase() {
    assertEquals("first", IoReason.of(new IOException("first\nsecond")));
    assertEquals("IOException", IoReason.of(new IOException()));
    assertEquals("IOException", IoReason.of(new IOException("\n")));
  }

  private static String reason(Executable failing) {
    return IoReason.of(assertThrows(IOException.class, failing));
  }
}
