package io.mulan.likelihood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.config.ConfigException;
import io.mulan.data.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PerImageTableTest {
  private static final List<String> COLUMNS = List.of("total", "seconds");

  @TempDir Path folder;

  private PerImageTable open() {
    return PerImageTable.open(folder.resolve("sub/t.csv"), COLUMNS);
  }

  @Test
  void rowsThatWereWrittenAreThereForTheNextProgram() throws IOException {
    open().append(new double[][] {{1.0 / 3, -2e-300}, {5, 6}});
    PerImageTable again = open();
    assertEquals(2, again.count());
    again.append(new double[][] {{7}, {8}});
    assertArrayEquals(new double[] {1.0 / 3, -2e-300, 7}, open().column("total", 3));
    assertArrayEquals(new double[] {5, 6}, open().column("seconds", 2));
    assertEquals(
        List.of("image,total,seconds", "0,0.3333333333333333,5.0", "1,-2.0E-300,6.0", "2,7.0,8.0"),
        Files.readAllLines(folder.resolve("sub/t.csv")));
  }

  @Test
  void aRowThatWasCutIsMeasuredAgain() throws IOException {
    open().append(new double[][] {{1}, {2}});
    Path file = folder.resolve("sub/t.csv");
    Files.writeString(file, "1,0.12", StandardOpenOption.APPEND);
    PerImageTable again = open();
    assertEquals(1, again.count());
    again.append(new double[][] {{3}, {4}});
    assertArrayEquals(new double[] {1, 3}, open().column("total", 2));
  }

  @Test
  void anotherFileIsRefused() throws IOException {
    Path file = Files.createDirectories(folder.resolve("sub")).resolve("t.csv");
    for (String text :
        List.of("mine\n", "image,total,seconds\n1,2,3\n", "image,total,seconds\n0,x,1\n")) {
      Files.writeString(file, text);
      String message = assertThrows(ConfigException.class, this::open).getMessage();
      assertTrue(message.contains("t.csv, line "), message);
      assertEquals(text, Files.readString(file), "it is left alone");
    }
  }

  @Test
  void columnsAsArrays() {
    PerImageTable table = open();
    table.append(new double[][] {{1, 2}, {3, 4}});
    table.writeNpz(folder.resolve("t.npz"));
    try (Npz npz = Npz.open(folder.resolve("t.npz"))) {
      assertEquals(COLUMNS, npz.names());
      assertArrayEquals(new double[] {1, 2}, npz.array("total").toDoubles());
    }
  }
}
