package io.mulan.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace that has a loopback interface and no other: what listens in it cannot be
 * reached from outside. A process holds it until this is closed, or this program is gone.
 */
public final class PrivateNetwork implements AutoCloseable {
  /** Namespaces to make: root needs none for its user, and would lose rights in one. */
  private static final List<List<String>> KINDS =
      List.of(List.of("--net"), List.of("--user", "--map-root-user", "--net"));

  private static final String UP = "up";
  private static final String HOLD =
      "ip link set lo up || ifconfig lo up || exit 1; echo " + UP + "; exec cat";

  private final Process holder;
  private final List<String> entry;

  private PrivateNetwork(Process holder, List<String> entry) {
    this.holder = holder;
    this.entry = entry;
  }

  /** A new one, or this machine's network where the system does not let its user make one. */
  public static PrivateNetwork open() {
    for (List<String> kind : KINDS) {
      PrivateNetwork network = open(kind);
      if (network.isPrivate()) {
        return network;
      }
    }
    return new PrivateNetwork(null, List.of());
  }

  private static PrivateNetwork open(List<String> kind) {
    List<String> make = new ArrayList<>(List.of("unshare"));
    make.addAll(kind);
    make.addAll(List.of("--", "sh", "-c", HOLD));
    try {
      Process holder = new ProcessBuilder(make).redirectError(Redirect.DISCARD).start();
      BufferedReader said = holder.inputReader(StandardCharsets.UTF_8);
      if (UP.equals(said.readLine())) {
        List<String> entry = new ArrayList<>(List.of("nsenter", "--target=" + holder.pid()));
        kind.stream().filter(k -> !k.startsWith("--map")).forEach(entry::add);
        entry.addAll(List.of("--preserve-credentials", "--"));
        if (works(entry)) {
          return new PrivateNetwork(holder, List.copyOf(entry));
        }
      }
      holder.destroyForcibly();
    } catch (IOException e) {
      // There is no unshare, or no nsenter.
    }
    return new PrivateNetwork(null, List.of());
  }

  private static boolean works(List<String> entry) throws IOException {
    List<String> nothing = new ArrayList<>(entry);
    nothing.add("true");
    try {
      return new ProcessBuilder(nothing)
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether nobody outside reaches what listens in it. */
  public boolean isPrivate() {
    return holder != null;
  }

  /** What stands before a command that is to run in it; empty in this machine's network. */
  public List<String> entry() {
    return entry;
  }

  @Override
  public void close() {
    if (holder != null) {
      holder.destroy();
    }
  }
}
