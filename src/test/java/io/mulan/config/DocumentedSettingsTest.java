package io.mulan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class DocumentedSettingsTest {
  private static final Path PAGE = Path.of("docs", "configuration.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\|([^|]*)\\|");
  private static final Pattern KEY = Pattern.compile("`([a-z]+\\.[a-z0-9_]+)`");

  @Test
  void thePageOfSettingsListsEachOnceAndNoOther() throws IOException {
    Set<String> documented = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      Matcher key = KEY.matcher(row.group(1));
      while (key.find()) {
        assertEquals(true, documented.add(key.group(1)), key.group(1) + " is there twice");
      }
    }
    Set<String> known = new TreeSet<>();
    RecordTree.keys(RunConfig.class)
        .forEach((group, names) -> names.forEach(name -> known.add(group + "." + name)));
    assertEquals(known, documented);
  }
}
