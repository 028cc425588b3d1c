package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ImageShape;
import io.mulan.console.Terminal;
import io.mulan.data.ImageFiles;
import io.mulan.numpy.Npy;
import io.mulan.numpy.NpyArray;
import io.mulan.numpy.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mulan compress} and {@code decompress} on small runs. */
@CallsCommands
final class CompressionCommandsTest {
  private static final ImageShape DIGIT = new ImageShape(8, 8, 1);

  @TempDir static Path folder;

  private static byte[] levels;

  /** Files, and the images that are in them; a model with classes, and another one. */
  @BeforeAll
  static void write() throws IOException {
    Files.createDirectories(folder.resolve("runs"));
    SmallRuns.copy(SmallRuns.classes(), folder.resolve("runs/a"));
    levels = new byte[12 * DIGIT.size()];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) random.nextInt(17);
    }
    Npy.write(folder.resolve("images.npy"), NpyArray.of(levels, 12, 8, 8, 1));
    Program.Outcome written = compress("a.mulan", "--check", "--streams=2").assertDone();
    assertTrue(written.out().contains("12 images"), written::toString);
    assertTrue(written.out().contains("all images came back"), written::toString);
    for (String row : new String[] {"file ", "bound ", "start ", "PNG ", "xz ", "pixels alone "}) {
      assertTrue(written.out().contains("  " + row), row);
    }
  }

  private static Program.Outcome compress(String out, String... more) {
    String[] all = new String[more.length + 6];
    String[] first = {"compress", "runs/a", "--images=images.npy", "--class=3", "--steps=3"};
    System.arraycopy(first, 0, all, 0, first.length);
    all[first.length] = "--out=" + out;
    System.arraycopy(more, 0, all, first.length + 1, more.length);
    return Program.call(folder, all);
  }

  private static Program.Outcome decompress(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "decompress";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Program.call(folder, all);
  }

  @Tag("integration")
  @Test
  void anArrayComesBackInAnotherProcess() {
    Program.run(folder, "decompress", "a.mulan", "--try", "--out=back.npy").assertDone();
    assertArrayEquals(levels, Npy.read(folder.resolve("back.npy")).toBytes());
  }

  @Test
  void picturesAndClassesComeBack() {
    decompress("a.mulan", "--out=pictures", "--model=runs/a").assertDone();
    assertArrayEquals(
        levels, ImageFiles.read(folder.resolve("pictures"), DIGIT, 17).toArray().toBytes());
    decompress("a.mulan", "--out=back.npz").assertDone();
    try (Npz npz = Npz.open(folder.resolve("back.npz"))) {
      assertArrayEquals(levels, npz.array("images").toBytes());
      assertEquals(12, npz.array("labels").count());
      assertEquals(3, npz.array("labels").toInts()[11]);
    }
    decompress("a.mulan", "--out=pictures").assertRefused(3, "is there already");
  }

  @Test
  void aDamagedOrForeignFileIsOneLine() throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve("a.mulan"));
    bytes[bytes.length / 2] ^= 4;
    Files.write(folder.resolve("damaged.mulan"), bytes);
    decompress("damaged.mulan", "--out=x.npy").assertRefused(3, "damaged.mulan is damaged");
    decompress("images.npy", "--out=x.npy").assertRefused(3, "is not a file of mulan compress");
    decompress("none.mulan", "--out=x.npy").assertRefused(3, "no such file or folder");
    assertFalse(Files.exists(folder.resolve("x.npy")));
  }

  @Test
  void anotherModelOrPlatformIsRefused() throws IOException {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    String file = folder.resolve("a.mulan").toString();
    Program.call(elsewhere, "decompress", file, "--out=x.npy")
        .assertRefused(4, "no model in runs or savedmodels", "--model");
    decompress("a.mulan", "--out=x.npy", "--model=" + SmallRuns.plain())
        .assertRefused(4, "is not the model that");
    byte[] bytes = Files.readAllBytes(folder.resolve("a.mulan"));
    bytes[8] ^= 1;
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    for (int k = 0; k < 4; k++) {
      bytes[bytes.length - 1 - k] = (byte) (crc.getValue() >>> (8 * k));
    }
    Files.write(folder.resolve("other.mulan"), bytes);
    decompress("other.mulan", "--out=x.npy").assertRefused(3, "another program", "--try");
    decompress("other.mulan", "--out=tried.npy", "--try").assertDone();
    assertArrayEquals(levels, Npy.read(folder.resolve("tried.npy")).toBytes());
  }

  @Tag("integration")
  @Test
  void anInterruptedCompressionLeavesNothing() throws IOException {
    Terminal terminal = Terminal.none();
    terminal.ask();
    Path there = Files.createDirectories(folder.resolve("interrupted"));
    for (String[] command :
        new String[][] {
          {"compress", "../runs/a", "--limit=8", "--steps=2", "--out=x.mulan"},
          {"decompress", "../a.mulan", "--model=../runs/a", "--try", "--out=x.npy"},
          {"decompress", "../a.mulan", "--model=../runs/a", "--try", "--out=x"}
        }) {
      assertEquals(130, Main.run(command, Program.around(there, System.out, terminal)));
      try (Stream<Path> left = Files.list(there)) {
        assertEquals(List.of(), left.toList());
      }
    }
  }

  @Test
  void invalidOptionsAreRefused() {
    compress("x.mulan", "--cells=0.3").assertRefused(2, "--cells is '0.3'", "0.25");
    Program.call(folder, "compress", "runs/a", "--steps=0").assertRefused(2, "--steps is '0'");
    decompress("a.mulan").assertRefused(2, "needs --out");
    assertFalse(Files.exists(folder.resolve("x.mulan")));
  }
}
