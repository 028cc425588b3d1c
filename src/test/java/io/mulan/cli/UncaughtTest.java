package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mulan.console.Terminal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nobody catches ends the program with one line and exit code 1. */
final class UncaughtTest {
  @TempDir Path folder;

  /** The program, with work that fails so. */
  static final class Failing {
    private Failing() {}

    public static void main(String[] how) throws InterruptedException {
      Terminal terminal = Main.process(System.out).terminal();
      terminal.install();
      terminal.watch("saving");
      if (how[0].equals("main")) {
        terminal.exit(Main.guarded(Failing::fail));
      }
      new Thread(Failing::fail).start();
      Thread.sleep(1_000_000);
    }

    private static int fail() {
      return deeper(0);
    }

    private static int deeper(int depth) {
      return depth < 0 ? 0 : 1 + deeper(depth + 1);
    }
  }

  private Program.Outcome failing(String how) {
    List<String> command = new ArrayList<>(Program.command(how));
    command.set(command.indexOf(Main.class.getName()), Failing.class.getName());
    return Program.await(folder, Program.start(folder, command));
  }

  @Test
  void inTheMainThreadOrAnother() {
    for (String how : List.of("main", "thread")) {
      Program.Outcome failed = failing(how);
      assertEquals(1, failed.code(), failed::toString);
      assertEquals(
          List.of(
              "error: unexpected: StackOverflowError; with MULAN_DEBUG=1 in the environment the"
                  + " place is printed"),
          failed.err().lines().toList());
    }
  }

  @Test
  void memoryThatIsNotEnough() {
    int code =
        Main.guarded(
            () -> {
              throw new OutOfMemoryError("Java heap space");
            });
    assertEquals(1, code);
  }
}
