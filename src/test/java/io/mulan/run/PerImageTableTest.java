package io.mulan.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.files.ConfigException;
import io.mulan.numpy.Npz;
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

  /** As a program does that ends after it. */
  private int append(double[][] values) {
    try (PerImageTable table = open()) {
      int before = table.count();
      table.append(values);
      return before;
    }
  }

  private double[] column(String name, int count) {
    try (PerImageTable table = open()) {
      return table.column(name, count);
    }
  }

  @Test
  void writtenRowsAreReadByTheNextProgram() throws IOException {
    append(new double[][] {{1.0 / 3, -2e-300}, {5, 6}});
    assertEquals(2, append(new double[][] {{7}, {8}}));
    assertArrayEquals(new double[] {1.0 / 3, -2e-300, 7}, column("total", 3));
    assertArrayEquals(new double[] {5, 6}, column("seconds", 2));
    assertEquals(
        List.of("image,total,seconds", "0,0.3333333333333333,5.0", "1,-2.0E-300,6.0", "2,7.0,8.0"),
        Files.readAllLines(folder.resolve("sub/t.csv")));
  }

  @Test
  void aRowThatWasCutIsMeasuredAgain() throws IOException {
    append(new double[][] {{1}, {2}});
    Path file = folder.resolve("sub/t.csv");
    Files.writeString(file, "1,0.12", StandardOpenOption.APPEND);
    assertEquals(1, append(new double[][] {{3}, {4}}));
    assertArrayEquals(new double[] {1, 3}, column("total", 2));
  }

  @Test
  void existingRowsAreNotWrittenAgain() throws IOException {
    Path file = Files.createDirectories(folder.resolve("sub")).resolve("t.csv");
    Files.writeString(file, "image,total,seconds\n0,1,2\n1,0.1");
    Object before = Files.getAttribute(file, "unix:ino");
    assertEquals(1, append(new double[][] {{3}, {4}}));
    assertEquals("image,total,seconds\n0,1,2\n1,3.0,4.0\n", Files.readString(file));
    assertEquals(before, Files.getAttribute(file, "unix:ino"));
  }

  @Test
  void anotherFileIsRefused() throws IOException {
    Path file = Files.createDirectories(folder.resolve("sub")).resolve("t.csv");
    for (String text :
        List.of(
            "mine\n", "\u00e4\n", "image,total,seconds\n1,2,3\n", "image,total,seconds\n0,x,1\n")) {
      Files.writeString(file, text);
      String message = assertThrows(ConfigException.class, this::open).getMessage();
      assertTrue(message.contains("t.csv, line "), message);
      assertEquals(text, Files.readString(file), "it is left alone");
    }
  }

  @Test
  void oneProgramAtATime() {
    try (PerImageTable held = open()) {
      String message = assertThrows(ConfigException.class, this::open).getMessage();
      assertTrue(message.contains("another mulan is measuring into"), message);
      assertEquals(0, held.count());
    }
    append(new double[][] {{1}, {2}});
  }

  @Test
  void columnsAsArrays() {
    try (PerImageTable table = open()) {
      table.append(new double[][] {{1, 2}, {3, 4}});
      table.writeNpz(folder.resolve("t.npz"));
    }
    try (Npz npz = Npz.open(folder.resolve("t.npz"))) {
      assertEquals(COLUMNS, npz.names());
      assertArrayEquals(new double[] {1, 2}, npz.array("total").toDoubles());
    }
  }
}
