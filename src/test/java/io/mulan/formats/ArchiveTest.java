package io.mulan.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveTest {
  @TempDir Path folder;
  private Path archive;
  private Path target;

  @BeforeEach
  void name() {
    archive = folder.resolve("a.tar.gz");
    target = folder.resolve("inside/target");
  }

  private interface Entries {
    void add(TarArchiveOutputStream tar) throws IOException;
  }

  private void write(Entries entries) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      entries.add(tar);
    }
  }

  private static void file(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static void special(TarArchiveOutputStream tar, byte kind, String link)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("innocent", kind);
    entry.setLinkName(link);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private String refusal() {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> Archive.unpack(archive, target, 1000));
    assertTrue(refused.getMessage().startsWith(archive.toString()), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
    return refused.getMessage();
  }

  @Test
  void filesComeOutAsTheyWere() throws IOException {
    byte[] content = {1, 2, 3};
    write(
        tar -> {
          file(tar, "sub/a.bin", content);
          file(tar, "./b.bin", new byte[0]);
        });
    Archive.unpack(archive, target, 3);
    assertArrayEquals(content, Files.readAllBytes(target.resolve("sub/a.bin")));
    assertEquals(0, Files.size(target.resolve("b.bin")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "sub/../../evil",
        "/evil",
        "..\\evil",
        "C:\\evil",
        "sub/..",
        "..",
        "a\nb/../c"
      })
  void namesThatLeadOutAreRefused(String name) throws IOException {
    write(tar -> file(tar, name, new byte[] {1}));
    assertTrue(refusal().contains("leads out of the folder"));
    assertFalse(Files.exists(folder.resolve("evil")));
    assertFalse(Files.exists(folder.resolve("inside/evil")));
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {
        TarConstants.LF_SYMLINK,
        TarConstants.LF_LINK,
        TarConstants.LF_FIFO,
        TarConstants.LF_CHR,
        TarConstants.LF_BLK
      })
  void linksAndDevicesAreRefused(byte kind) throws IOException {
    write(tar -> special(tar, kind, "/etc/passwd"));
    assertTrue(refusal().contains("'innocent', which is a link or device"));
  }

  @Test
  void aBombIsRefusedBeforeItFillsTheDisk() throws IOException {
    byte[] zeros = new byte[1 << 20];
    write(
        tar -> {
          for (int i = 0; i < 50; i++) {
            file(tar, "f" + i, zeros);
          }
        });
    assertTrue(Files.size(archive) < 1 << 20);
    assertTrue(refusal().contains("unpacks to more than"));
    try (var files = Files.walk(target)) {
      long kept = files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
      assertTrue(kept <= 1000, "wrote " + kept);
    }
  }

  @Test
  void otherAndTruncatedFilesAreRefused() throws IOException {
    Files.write(archive, new byte[] {1, 2, 3});
    refusal();
    Files.write(archive, new byte[0]);
    refusal();
    write(tar -> {});
    assertTrue(refusal().contains("holds nothing"));
    byte[] random = new byte[900];
    new java.util.Random(1).nextBytes(random);
    write(tar -> file(tar, "a", random));
    byte[] whole = Files.readAllBytes(archive);
    Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
    refusal();
  }
}
