package io.mulan.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mulan.cluster.Cluster;
import io.mulan.cluster.OpenPort;
import io.mulan.console.Surroundings;
import io.mulan.files.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenPortTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, true",
    "::1, true",
    "10.1.2.3, true",
    "172.16.0.1, true",
    "172.31.255.255, true",
    "172.32.0.1, false",
    "192.168.7.7, true",
    "192.169.0.1, false",
    "169.254.1.1, true",
    "100.64.0.1, true",
    "100.127.255.255, true",
    "100.128.0.1, false",
    "100.63.0.1, false",
    "fe80::1, true",
    "fc00::1, true",
    "fd12:3456::1, true",
    "fe00::1, false",
    "2001:db8::1, false",
    "203.0.113.7, false",
    "8.8.8.8, false",
    "0.0.0.0, false",
    "::ffff:10.0.0.1, true"
  })
  void privateAddressesAreRecognised(String address, boolean isPrivate)
      throws UnknownHostException {
    assertEquals(isPrivate, OpenPort.isPrivate(InetAddress.getByName(address)));
  }

  @Test
  void aWorkerOnAPublicAddressIsRefusedBeforeItListens() {
    String[] cluster = {"--cluster=10.0.0.1:7000,203.0.113.7:7001", "--task=1"};
    Surroundings around = Program.unseen();
    assertRefused(() -> new TrainCommand().run(Main.parse(new TrainCommand(), cluster, around)));
    assertRefused(
        () ->
            ClusterOptions.group(
                Main.parse(
                    new EvaluateCommand(), new String[] {"run", cluster[0], cluster[1]}, around),
                Map.of(),
                ""));
  }

  private static void assertRefused(Executable start) {
    ConfigException e = assertThrows(ConfigException.class, start);
    for (String part :
        List.of("worker 1 (203.0.113.7:7001)", "outside private networks", "--open", "firewall")) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  @Test
  void anAllowedPortOrAPublicAddressOfAnotherWorkerIsNotRefused() {
    Cluster both = new Cluster(List.of("10.0.0.1:7000", "203.0.113.7:7001"), 1);
    assertDoesNotThrow(() -> OpenPort.check(both, true));
    assertDoesNotThrow(() -> OpenPort.check(new Cluster(both.addresses(), 0), false));
  }
}
