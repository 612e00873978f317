package io.shoal.discovery.kademlia;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The bootstrap nodes of the configuration. Each attempt asks the name server again, since
/// addresses change.
///
/// @param nodes ordinary nodes
/// @param routers public starting points, which stay out of tables
record BootstrapNames(List<HostPort> nodes, List<HostPort> routers) {
  private static final Logger LOG = LoggerFactory.getLogger(BootstrapNames.class);

  /// The name of [#MAINLINE] in the configuration.
  static final String MAINLINE_WORD = "mainline";

  /// Public routers of the Mainline DHT; asked only where the user wrote `mainline`.
  static final List<HostPort> MAINLINE =
      List.of(
          new HostPort("router.bittorrent.com", 6881),
          new HostPort("dht.transmissionbt.com", 6881),
          new HostPort("router.utorrent.com", 6881),
          new HostPort("dht.libtorrent.org", 25401));

  BootstrapNames {
    nodes = List.copyOf(nodes);
    routers = List.copyOf(routers);
  }

  boolean isEmpty() {
    return nodes.isEmpty() && routers.isEmpty();
  }

  /// As the user wrote them, with `mainline` resolved.
  List<String> names() {
    return Stream.concat(nodes.stream(), routers.stream()).map(HostPort::toString).toList();
  }

  /// @param all where to ask, in order
  /// @param named those of them that the user named
  /// @param routers those of them that are routers
  /// @param complete whether every name has an address
  record Resolved(
      List<InetSocketAddress> all,
      List<InetSocketAddress> named,
      Set<InetSocketAddress> routers,
      boolean complete) {}

  /// Blocks as long as the name server takes.
  Resolved resolve() {
    List<InetSocketAddress> all = new ArrayList<>();
    boolean complete = true;
    for (HostPort name : nodes) {
      List<InetSocketAddress> addresses = resolve(name);
      complete &= !addresses.isEmpty();
      all.addAll(addresses);
    }
    List<InetSocketAddress> named = List.copyOf(all);
    Set<InetSocketAddress> routerAddresses = new HashSet<>();
    routers.forEach(name -> routerAddresses.addAll(resolve(name)));
    complete &= routers.isEmpty() || !routerAddresses.isEmpty();
    all.addAll(routerAddresses);
    return new Resolved(List.copyOf(all), named, Set.copyOf(routerAddresses), complete);
  }

  private static List<InetSocketAddress> resolve(HostPort name) {
    try {
      List<InetSocketAddress> out = new ArrayList<>();
      for (InetAddress address : InetAddress.getAllByName(name.host())) {
        out.add(new InetSocketAddress(address, name.port()));
      }
      return out;
    } catch (UnknownHostException e) {
      LOG.warn("The bootstrap node {} has no address: check the name; it is tried again", name);
      return List.of();
    }
  }
}
