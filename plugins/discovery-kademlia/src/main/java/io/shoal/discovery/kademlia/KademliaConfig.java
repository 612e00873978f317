package io.shoal.discovery.kademlia;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
import io.shoal.api.PluginContext;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.lookup.LookupRun;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The keys under `plugins.discovery-kademlia`.
///
/// @param listen where to listen, one address of a family, port 0 for one that the system chooses;
///   empty if the user left it open: on all interfaces, and another port will do
/// @param bootstrap first nodes
/// @param readOnly `readOnly`
/// @param publicNetwork `publicNetwork`
/// @param routing `onePerNetwork`, `enforceIds`, `paths`
/// @param announceInterval `announceInterval`
/// @param refreshInterval `refreshInterval`
/// @param signedRecords `signedRecords`: whether the node publishes and resolves names here
record KademliaConfig(
    List<InetSocketAddress> listen,
    BootstrapNames bootstrap,
    boolean readOnly,
    boolean publicNetwork,
    DhtSettings.Routing routing,
    Duration announceInterval,
    Duration refreshInterval,
    boolean signedRecords) {

  static final int DEFAULT_PORT = 6881;

  static KademliaConfig read(PluginContext context) throws InvalidConfigException {
    String prefix = "plugins." + context.pluginId() + ".";
    BootstrapNames bootstrap = bootstrap(prefix, context.config().texts("bootstrap", List.of()));
    // The public network is global by nature; asking for it by name is enough.
    boolean publicNetwork = context.config().flag("publicNetwork", !bootstrap.routers().isEmpty());
    return new KademliaConfig(
        listenAddresses(prefix, context.config().texts("listen", List.of())),
        bootstrap,
        context.config().flag("readOnly", false),
        publicNetwork,
        routing(context, publicNetwork),
        interval(context, "announceInterval", DhtSettings.DEFAULT_ANNOUNCE_INTERVAL),
        interval(context, "refreshInterval", DhtSettings.DEFAULT_REFRESH_INTERVAL),
        context.config().flag("signedRecords", true));
  }

  private static DhtSettings.Routing routing(PluginContext context, boolean publicNetwork)
      throws InvalidConfigException {
    PluginConfig config = context.config();
    // Not on even in the public network: many honest nodes there have random ids (Transmission and
    // aria2 among them), and libtorrent does not enforce it either.
    String enforced =
        config.oneOf("enforceIds", Set.of("on", "prefer", "off"), publicNetwork ? "prefer" : "off");
    return new DhtSettings.Routing(
        config.flag("onePerNetwork", publicNetwork),
        switch (enforced) {
          case "on" -> AddressRules.Ids.REQUIRED;
          case "prefer" -> AddressRules.Ids.PREFERRED;
          default -> AddressRules.Ids.ANY;
        },
        Math.toIntExact(config.number("paths", 1, LookupRun.MAX_PATHS, 1)));
  }

  private static Duration interval(PluginContext context, String key, Duration whenAbsent)
      throws InvalidConfigException {
    return context.config().duration(key, Duration.ofSeconds(1), Duration.ofHours(1), whenAbsent);
  }

  private static List<InetSocketAddress> listenAddresses(String prefix, List<String> texts)
      throws InvalidConfigException {
    Map<Family, InetSocketAddress> listen = new EnumMap<>(Family.class);
    for (String text : texts) {
      InetSocketAddress address = listenAddress(prefix, text);
      if (listen.put(Family.of(address.getAddress()), address) != null) {
        throw new InvalidConfigException(
            prefix
                + "listen: '"
                + text
                + "' is a second address of its family: name one for IPv4 and one for IPv6");
      }
    }
    return List.copyOf(listen.values());
  }

  private static InetSocketAddress listenAddress(String prefix, String text)
      throws InvalidConfigException {
    HostPort parsed = hostPort(prefix + "listen", text);
    try {
      return new InetSocketAddress(InetAddress.getByName(parsed.host()), parsed.port());
    } catch (UnknownHostException e) {
      throw new InvalidConfigException(
          prefix
              + "listen: '"
              + parsed.host()
              + "' has no address: use an IP address of this machine",
          e);
    }
  }

  private static BootstrapNames bootstrap(String prefix, List<String> texts)
      throws InvalidConfigException {
    List<HostPort> nodes = new ArrayList<>();
    boolean mainline = false;
    for (String text : texts) {
      if (text.equals(BootstrapNames.MAINLINE_WORD)) {
        mainline = true;
      } else {
        nodes.add(hostPort(prefix + "bootstrap", text));
      }
    }
    return new BootstrapNames(nodes, mainline ? BootstrapNames.MAINLINE : List.of());
  }

  private static HostPort hostPort(String key, String text) throws InvalidConfigException {
    return HostPort.parse(text)
        .orElseThrow(
            () ->
                new InvalidConfigException(
                    key + ": '" + text + "' is not HOST:PORT, such as 192.0.2.7:6881"));
  }

  DhtSettings settings(Family family) {
    return new DhtSettings(
        family,
        readOnly,
        publicNetwork,
        routing,
        announceInterval,
        refreshInterval,
        Optional.of(DhtSettings.VERSION));
  }
}
