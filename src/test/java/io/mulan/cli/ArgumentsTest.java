package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.cli.Arguments.UsageException;
import io.mulan.config.ConfigReader;
import io.mulan.config.DataConfig;
import io.mulan.config.DataConfig.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.junit.jupiter.api.Test;

final class ArgumentsTest {
  private static int label(String said, int classes, String... names) {
    Options options = new OptionList().value(Arguments.CLASS, "N", "").all();
    CommandLine line;
    try {
      line = new DefaultParser().parse(options, new String[] {"--class=" + said});
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
    return new Arguments(line, Program.unseen())
        .label(config(classes).withClassNames(List.of(names)));
  }

  private static DataConfig config(int classes) {
    return ConfigReader.read(
            Optional.empty(),
            Optional.empty(),
            List.of(
                "data.kind=" + Kind.IMAGES.name().toLowerCase(Locale.ROOT),
                "data.classes=" + classes))
        .data();
  }

  @Test
  void aClassIsGivenByNameOrNumber() {
    assertEquals(2, label("ship", 3, "cat", "dog", "ship"));
    assertEquals(1, label("1", 3, "cat", "dog", "ship"));
    assertEquals(3, label("3", 10));
    // Where names are numbers, it is the name that counts.
    assertEquals(1, label("2", 3, "1", "2", "3"));
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    UsageException refusal =
        assertThrows(UsageException.class, () -> label("bird", 2, "cat", "dog"));
    assertTrue(refusal.getMessage().contains("one of cat, dog, or a number"), refusal.getMessage());
    assertThrows(UsageException.class, () -> label("2", 2, "cat", "dog"));
    assertThrows(UsageException.class, () -> label("cat", 0));
  }

  @Test
  void aTildeBeforeTheDataIsTheHomeFolder() {
    for (String key : List.of("data.path", "model.data.path")) {
      String[] given = {"--preset=cifar10", "--set=" + key + "=~/sets/on"};
      Arguments arguments = Main.parse(new TrainCommand(), given, Program.unseen());
      assertEquals(
          System.getProperty("user.home") + "/sets/on",
          ConfigOptions.read(arguments, List.of()).data().path());
    }
  }
}
