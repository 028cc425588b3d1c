package io.mulan.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code LaunchCommandTest} tries to reach what listens in it. */
final class PrivateNetworkTest {
  @Test
  void noRouteLeadsOutOfIt() throws IOException, InterruptedException {
    try (PrivateNetwork network = PrivateNetwork.open()) {
      assumeTrue(network.isPrivate(), "users cannot make network namespaces here");
      List<String> command = new ArrayList<>(network.entry());
      command.addAll(List.of("cat", "/proc/net/route"));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String routes = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), routes);
      assertEquals(1, routes.lines().count(), "a head and nothing below it: " + routes);
    }
  }
}
