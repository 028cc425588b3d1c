package io.mulan.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonFileTest {
  @TempDir Path folder;
  private Path file;

  record Inner(double value, Double error) {}

  record Outer(
      long step,
      @JsonProperty("a_name") String name,
      Inner one,
      @JsonInclude(JsonInclude.Include.NON_NULL) Inner more,
      Map<String, Inner> byName,
      Map<String, Object> settings,
      List<String> texts) {}

  private static final Outer WHOLE =
      new Outer(
          7,
          "x",
          new Inner(1.5, null),
          null,
          Map.of("a", new Inner(Double.NaN, 2.0)),
          Map.of("limit", 3),
          List.of("t"));

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("a.json");
    JsonFile.write(file, WHOLE);
  }

  @Test
  void aWrittenRecordIsReadBack() throws IOException {
    assertEquals(WHOLE, JsonFile.read(file, Outer.class));
  }

  @Test
  void boxedNumbersAndOptionalValuesMayBeMissing() throws IOException {
    change("\"error\" : null", "\"error\" : 3");
    assertEquals(3, JsonFile.read(file, Outer.class).one().error());
    change(",\n    \"error\" : 3", "");
    assertEquals(WHOLE, JsonFile.read(file, Outer.class));
  }

  private void change(String from, String to) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains(from), text);
    Files.writeString(file, text.replace(from, to));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"step\" : 7 | \"step\" : null | step is missing",
        "\"step\" : 7 | \"stepz\" : 7 | step is missing",
        "\"step\" : 7 | \"step\" : \"7\" | step is wrong",
        "\"step\" : 7 | \"step\" : 7.5 | step is wrong",
        "\"step\" : 7 | \"step\" : [7] | step is wrong",
        "\"step\" : 7 | \"step\" : 7, \"step\" : 8 | not JSON",
        "\"step\" : 7 | \"step\" : 7, \"other\" : 8 | other is wrong",
        "\"value\" : 1.5 | \"value\" : null | one.value is missing",
        "\"value\" : 1.5 | \"value\" : {} | one.value is wrong",
        "\"a_name\" : \"x\" | \"name\" : \"x\" | a_name is missing",
        "[ \"t\" ] | [ null ] | texts.0 is missing",
        "[ \"t\" ] | {} | texts is wrong",
        "\"a\" : { | \"a\" : null, \"b\" : { | byName.a is missing"
      })
  void missingAndWrongValuesAreNamed(String from, String to, String why) throws IOException {
    change(from, to);
    assertDamaged(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | step is missing",
        "null | it is empty",
        "[] | it has no fields",
        "~~ | it is empty",
        "7 | it has no fields",
        "{\"step\" | not JSON",
        "{} {} | not JSON"
      })
  void aFileOfAnotherKind(String text, String why) throws IOException {
    Files.writeString(file, text);
    assertDamaged(why);
  }

  @Test
  void bytesThatAreNotText() throws IOException {
    Files.write(file, new byte[] {'{', '"', (byte) 0xff, (byte) 0xc3, 0, 7});
    assertDamaged("not JSON");
    Files.writeString(file, "[".repeat(100_000));
    assertDamaged("not JSON");
  }

  private void assertDamaged(String why) {
    IOException e = assertThrows(IOException.class, () -> JsonFile.read(file, Outer.class));
    assertTrue(e.getMessage().startsWith("it is not what was written: "), e::getMessage);
    assertTrue(e.getMessage().endsWith(why), e::getMessage);
    assertFalse(e.getMessage().contains("\n"), e::getMessage);
  }
}
