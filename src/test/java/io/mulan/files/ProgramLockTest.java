package io.mulan.files;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks within one program; those between programs are in the tests of commands. */
final class ProgramLockTest {
  @TempDir Path folder;

  @Test
  void aSharedLockIsHeldUntilItsLastUserIsDone() throws IOException {
    Path file = Files.createFile(folder.resolve("in-use"));
    ProgramLock one = ProgramLock.tryShare(file).orElseThrow();
    ProgramLock other = ProgramLock.tryShare(folder.resolve(".").resolve("in-use")).orElseThrow();
    assertTrue(ProgramLock.tryHold(file).isEmpty());
    one.close();
    one.close();
    assertTrue(ProgramLock.tryHold(file).isEmpty());
    other.close();
    try (ProgramLock mine = ProgramLock.tryHold(file).orElseThrow()) {
      assertTrue(ProgramLock.tryShare(file).isEmpty(), mine::toString);
      assertTrue(ProgramLock.tryHold(file).isEmpty());
    }
    ProgramLock.tryShare(file).orElseThrow().close();
  }
}
