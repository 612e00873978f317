package io.shoal.discovery.routing;

import io.shoal.api.ConfigKey;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The configuration.
///
/// @param servers that are asked, each once
/// @param announceTo servers that announcements go to
/// @param token that goes with announcements, and that those to this node's server must have
/// @param timeout of a search
/// @param renewEvery how often contents are announced again
/// @param serving the server of its own, if there is to be one
record RoutingSettings(
    List<RoutingEndpoint> servers,
    List<RoutingEndpoint> announceTo,
    Optional<String> token,
    Duration timeout,
    Duration renewEvery,
    Optional<Serving> serving) {

  /// A server of its own.
  ///
  /// @param at where it listens
  /// @param forwarded whether a proxy before it names the clients (`X-Forwarded-For`)
  /// @param maxRecords pairs of a content and a node
  /// @param maxAge how long clients may keep an answer
  record Serving(InetSocketAddress at, boolean forwarded, int maxRecords, Duration maxAge) {}

  /// A search asks all of them at once.
  static final int MAX_SERVERS = 16;

  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final Duration RENEW_EVERY = Duration.ofHours(1);
  private static final Duration MAX_AGE = Duration.ofMinutes(5);

  // About 150 bytes each.
  private static final int MAX_RECORDS = 100_000;

  RoutingSettings {
    servers = List.copyOf(servers);
    announceTo = List.copyOf(announceTo);
  }

  static List<ConfigKey> keys() {
    return List.of(
        ConfigKey.of("endpoints", ConfigKey.Kind.LIST)
            .describe(
                "Routing servers to ask, as URLs; what they answer counts as strangers' word"),
        ConfigKey.of("trusted", ConfigKey.Kind.LIST)
            .describe("Routing servers to ask whose answers count as yours"),
        ConfigKey.of("announceTo", ConfigKey.Kind.LIST)
            .describe("Routing servers that hear what this node has"),
        ConfigKey.secret("token")
            .describe("Goes with announcements; those to this node's own server must have it"),
        ConfigKey.time("timeout").otherwise("15s").describe("How long a search waits for servers"),
        ConfigKey.time("renewEvery").otherwise("1h").describe("How often contents are announced"),
        ConfigKey.text("listen").describe("Where a server of this node's own listens"),
        ConfigKey.of("forwarded", ConfigKey.Kind.FLAG)
            .otherwise("false")
            .describe("A proxy before this node's server names the clients in X-Forwarded-For"),
        ConfigKey.number("maxRecords")
            .otherwise("100000")
            .describe("Pairs of a content and a node that this node's server keeps"),
        ConfigKey.time("maxAge")
            .otherwise("5m")
            .describe("How long clients of this node's server may keep an answer"));
  }

  /// @param prefix of the keys, for messages
  static RoutingSettings read(PluginConfig config, String prefix) throws InvalidConfigException {
    List<RoutingEndpoint> servers = new ArrayList<>();
    for (String text : config.texts("trusted", List.of())) {
      servers.add(RoutingEndpoint.parse(prefix + "trusted", text, true));
    }
    for (String text : config.texts("endpoints", List.of())) {
      RoutingEndpoint server = RoutingEndpoint.parse(prefix + "endpoints", text, false);
      if (servers.stream().noneMatch(known -> known.base().equals(server.base()))) {
        servers.add(server);
      }
    }
    List<RoutingEndpoint> announceTo = new ArrayList<>();
    for (String text : config.texts("announceTo", List.of())) {
      announceTo.add(RoutingEndpoint.parse(prefix + "announceTo", text, false));
    }
    requireFew(prefix + "endpoints and " + prefix + "trusted", servers);
    requireFew(prefix + "announceTo", announceTo);
    Optional<String> token = config.secret("token");
    if (token.isPresent() && !token.get().matches("[!-~]{8,512}")) {
      throw new InvalidConfigException(
          prefix + "token is not usable: it has 8 to 512 printable characters without blanks");
    }
    Optional<String> listen = config.text("listen");
    boolean forwarded = config.flag("forwarded", false);
    int maxRecords = Math.toIntExact(config.number("maxRecords", 100, 1_000_000, MAX_RECORDS));
    Duration maxAge = config.duration("maxAge", Duration.ZERO, Duration.ofHours(1), MAX_AGE);
    Optional<Serving> serving =
        listen.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Serving(
                    HostPort.parse(prefix + "listen", listen.get()),
                    forwarded,
                    maxRecords,
                    maxAge));
    return new RoutingSettings(
        servers.stream().distinct().toList(),
        announceTo.stream().distinct().toList(),
        token,
        config.duration("timeout", Duration.ofMillis(100), Duration.ofMinutes(1), TIMEOUT),
        config.duration("renewEvery", Duration.ofMinutes(1), Duration.ofHours(8), RENEW_EVERY),
        serving);
  }

  private static void requireFew(String keys, List<RoutingEndpoint> servers)
      throws InvalidConfigException {
    if (servers.size() > MAX_SERVERS) {
      throw new InvalidConfigException(
          "%s name %d servers: name at most %d".formatted(keys, servers.size(), MAX_SERVERS));
    }
  }
}
