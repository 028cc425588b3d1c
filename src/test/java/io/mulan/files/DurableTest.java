package io.mulan.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has its name is on disk: it is forced, then renamed, and then its folder is forced. */
final class DurableTest {
  @TempDir private Path folder;
  private TracedFiles files;

  @BeforeEach
  void trace() {
    files = new TracedFiles(folder);
  }

  @Test
  void aFileIsForcedRenamedAndItsFolderForced() throws IOException {
    AtomicFile.write(files.path("a/file"), "text");
    assertEquals(
        List.of(
            "make a",
            "force ",
            "write a/.unfinished-file",
            "force a/.unfinished-file",
            "rename a/.unfinished-file",
            "force a"),
        files.trace());
    assertEquals("text", Files.readString(folder.resolve("a/file")));
  }

  @Test
  void aFolderIsForcedWithAllItsFiles() throws IOException {
    AtomicFolder.write(
        files.path("1"),
        at -> Files.writeString(Files.createDirectory(at.resolve("deep")).resolve("file"), "text"));
    assertEquals(
        List.of(
            "make .unfinished-1",
            "make .unfinished-1/deep",
            "write .unfinished-1/deep/file",
            "force .unfinished-1",
            "force .unfinished-1/deep",
            "force .unfinished-1/deep/file",
            "rename .unfinished-1",
            "force "),
        files.trace());
    assertEquals("text", Files.readString(folder.resolve("1/deep/file")));
  }

  @Test
  void aReplacedFolderIsMovedAwayFirst() throws IOException {
    AtomicFolder.write(folder.resolve("1"), at -> Files.writeString(at.resolve("old"), "old"));
    AtomicFolder.write(files.path("1"), at -> Files.writeString(at.resolve("new"), "new"));
    assertEquals(
        List.of(
            "make .unfinished-1",
            "write .unfinished-1/new",
            "force .unfinished-1",
            "force .unfinished-1/new",
            "rename 1",
            "force ",
            "delete .unfinished-old-1/old",
            "delete .unfinished-old-1",
            "rename .unfinished-1",
            "force "),
        files.trace());
  }
}
