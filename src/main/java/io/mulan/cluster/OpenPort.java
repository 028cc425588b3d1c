package io.mulan.cluster;

import io.mulan.files.ConfigException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The port of a worker: TensorFlow's server listens on every interface and asks nobody who they
 * are, so that all who reach it read and write the user's files.
 */
public final class OpenPort {
  private static final Logger LOG = LogManager.getLogger(OpenPort.class);
  private static final String MEANS =
      "anyone who can reach it can read and write your files without a password";

  private OpenPort() {}

  /**
   * Says that this process's port is open.
   *
   * @param known whether the user has allowed it: then there is no warning and no refusal
   * @throws ConfigException if its address is one of the public internet
   */
  public static void check(Cluster cluster, boolean known) {
    if (known) {
      return;
    }
    String own = cluster.addresses().get(cluster.task());
    int colon = own.lastIndexOf(':');
    String port = own.substring(colon + 1);
    for (InetAddress address : addresses(own.substring(0, colon))) {
      if (!isPrivate(address)) {
        throw new ConfigException(
            "%s is at %s, outside private networks, and opens port %s: %s; name a private interface's address, or allow it with --open where a firewall lets in the other workers only (docs/distributed.md)"
                .formatted(cluster.name(cluster.task()), address.getHostAddress(), port, MEANS));
      }
    }
    String reachable = reachable();
    if (!reachable.isEmpty()) {
      LOG.warn(
          "port {} is open on every interface ({}): {}; let in the other workers only"
              + " (docs/distributed.md), then --open leaves this warning out",
          port,
          reachable,
          MEANS);
    }
  }

  /** Says that workers on this machine have open ports, if anything but this machine reaches it. */
  public static void warnOfWorkers() {
    String reachable = reachable();
    if (!reachable.isEmpty()) {
      LOG.warn(
          "the workers' ports are open on every interface ({}): {}; close them by a firewall, or"
              + " let users make network namespaces (unshare, nsenter and ip are needed), in which"
              + " nobody reaches them",
          reachable,
          MEANS);
    }
  }

  /** None of a name that is not known here: the other workers need it, this one does not. */
  private static List<InetAddress> addresses(String host) {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      return List.of();
    }
  }

  /** Whether an address is of no use on the public internet: RFC 1918, 3927, 4193, 4291, 6598. */
  public static boolean isPrivate(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean unique = address instanceof Inet6Address && (bytes[0] & 0xfe) == 0xfc;
    boolean shared =
        !(address instanceof Inet6Address) && bytes[0] == 100 && (bytes[1] & 0xc0) == 0x40;
    return address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || unique
        || shared;
  }

  /** Where others reach this machine, in words; empty if only itself does. */
  private static String reachable() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(OpenPort::leadsOut)
          .flatMap(i -> i.getInterfaceAddresses().stream())
          .map(InterfaceAddress::getAddress)
          .map(a -> a.getHostAddress().replaceFirst("%.*", "") + (isPrivate(a) ? "" : ", public"))
          .sorted()
          .collect(Collectors.joining("; "));
    } catch (SocketException e) {
      return "which cannot be listed";
    }
  }

  private static boolean leadsOut(NetworkInterface to) {
    try {
      return to.isUp() && !to.isLoopback();
    } catch (SocketException e) {
      return true;
    }
  }
}
