package io.mulan.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mulan.files.ConfigException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProxiesTest {
  private static List<Proxy> of(Map<String, String> environment, String address) {
    return new Proxies(environment, null).select(URI.create(address));
  }

  private static List<Proxy> proxy(String host, int port) {
    return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port)));
  }

  @Test
  void theEnvironmentNamesTheProxyOfAScheme() {
    Map<String, String> both = Map.of("https_proxy", "http://p:3128", "HTTP_PROXY", "q:80");
    assertEquals(proxy("p", 3128), of(both, "https://www.example.org/a"));
    assertEquals(proxy("q", 80), of(both, "http://www.example.org/a"));
    assertEquals(proxy("r", 80), of(Map.of("ALL_PROXY", "http://r"), "https://example.org/"));
    assertEquals(List.of(Proxy.NO_PROXY), of(Map.of(), "https://example.org/"));
  }

  @Test
  void someHostsAreReachedWithoutIt() {
    Map<String, String> some = Map.of("https_proxy", "p:1", "no_proxy", "localhost, .example.org");
    assertEquals(List.of(Proxy.NO_PROXY), of(some, "https://www.example.org/"));
    assertEquals(List.of(Proxy.NO_PROXY), of(some, "https://example.org/"));
    assertEquals(proxy("p", 1), of(some, "https://anexample.org/"));
    Map<String, String> none = Map.of("https_proxy", "p:1", "NO_PROXY", "*");
    assertEquals(List.of(Proxy.NO_PROXY), of(none, "https://anexample.org/"));
  }

  @Test
  void anInvalidProxyIsRefusedWithoutItsPassword() {
    Map<String, String> bad = Map.of("https_proxy", "http://user:secret@:x y");
    ConfigException given =
        assertThrows(ConfigException.class, () -> of(bad, "https://example.org/"));
    assertFalse(given.getMessage().contains("secret"));
  }
}
