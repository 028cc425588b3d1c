package io.mulan.data;

import io.mulan.files.ConfigException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The proxy that the environment names, {@code https_proxy}, {@code http_proxy} or {@code
 * all_proxy} (or in capitals), but for the hosts of {@code no_proxy}; where it names none, the one
 * of Java's own settings.
 */
final class Proxies extends ProxySelector {
  private final Map<String, String> environment;
  private final ProxySelector others;

  Proxies(Map<String, String> environment, ProxySelector others) {
    this.environment = environment;
    this.others = others;
  }

  @Override
  public List<Proxy> select(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    String named = variable(scheme + "_proxy");
    String proxy = named.isBlank() ? variable("all_proxy") : named;
    if (proxy.isBlank()) {
      return others == null ? List.of(Proxy.NO_PROXY) : others.select(uri);
    }
    return excepted(uri.getHost())
        ? List.of(Proxy.NO_PROXY)
        : List.of(new Proxy(Proxy.Type.HTTP, address(proxy.strip())));
  }

  private boolean excepted(String host) {
    return Arrays.stream(variable("no_proxy").split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .map(name -> name.startsWith(".") ? name.substring(1) : name)
        .anyMatch(name -> name.equals("*") || host.equals(name) || host.endsWith("." + name));
  }

  private static InetSocketAddress address(String proxy) {
    try {
      URI uri = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
      if (uri.getHost() != null) {
        return InetSocketAddress.createUnresolved(
            uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort());
      }
    } catch (IllegalArgumentException e) {
      throw unusable(e);
    }
    throw unusable(null);
  }

  /** Without the text, which may hold a password. */
  private static ConfigException unusable(Exception cause) {
    return new ConfigException(
        "the proxy that the environment names is not an address; write it as http://HOST:PORT",
        cause);
  }

  private String variable(String name) {
    String small = environment.get(name);
    return small != null ? small : environment.getOrDefault(name.toUpperCase(Locale.ROOT), "");
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    if (others != null) {
      others.connectFailed(uri, address, e);
    }
  }
}
