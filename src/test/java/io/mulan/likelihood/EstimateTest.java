package io.mulan.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mulan.files.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EstimateTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void severalImagesHaveAMeanAndItsStandardError() throws IOException {
    Estimate figure = Estimate.of(new double[] {Math.log(2), 3 * Math.log(2)}, 1);
    assertEquals(2, figure.bitsPerDim(), 1e-12);
    assertEquals(1, figure.standardError(), 1e-12);
    assertEquals(figure, JSON.readValue(JSON.writeValueAsString(figure), Estimate.class));
  }

  @Test
  void oneImageHasNoStandardError(@TempDir Path folder) throws IOException {
    Estimate figure = Estimate.of(new double[] {Math.log(2)}, 1);
    assertFalse(figure.hasError());
    assertEquals(0, figure.errorBar());
    String json = JSON.writeValueAsString(figure);
    assertTrue(json.contains("\"standardError\":null"), json);
    Path file = folder.resolve("figure.json");
    JsonFile.write(file, figure);
    assertEquals(figure, JsonFile.read(file, Estimate.class));
    Files.writeString(file, "{\"bitsPerDim\": 1}");
    assertThrows(IOException.class, () -> JsonFile.read(file, Estimate.class));
  }
}
