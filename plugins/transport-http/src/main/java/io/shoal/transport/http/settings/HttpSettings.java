package io.shoal.transport.http.settings;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// The plugin's part of the configuration.
///
/// @param listen where `http` accepts connections; empty for the preferred port, or another if it
///   is taken
/// @param listenTls the same for `https`
/// @param tls what the `https` side presents; empty without a certificate
/// @param trust certificates, in PEM, that gateways may have besides those that the system trusts
/// @param files whether files and folders are served to clients that cannot check them
/// @param maxConnections inbound connections at once
/// @param maxConnectionsPerAddress inbound ones from one IPv4 address or IPv6 /64
/// @param idleTimeout how long an inbound connection may go without a whole request
/// @param stallTimeout how long the other side may take for a part of 64 KiB, or for its answer
/// @param connectTimeout for a connection to a gateway
/// @param fetchesPerGateway requests at once to one gateway; further ones wait
public record HttpSettings(
    Optional<HostPort> listen,
    Optional<HostPort> listenTls,
    Optional<Tls> tls,
    Optional<Path> trust,
    boolean files,
    int maxConnections,
    int maxConnectionsPerAddress,
    Duration idleTimeout,
    Duration stallTimeout,
    Duration connectTimeout,
    int fetchesPerGateway) {

  /// What proves the name of this node to clients of `https`.
  ///
  /// @param certificate a file in PEM: the node's certificate, then those between it and a trusted
  ///   one
  /// @param key the private key in PEM (PKCS #8)
  public record Tls(Path certificate, String key) {
    @Override
    public String toString() {
      return certificate.toString();
    }
  }

  public static final String ANY_HOST = "0.0.0.0";
  public static final int PREFERRED_PORT = 8080;
  public static final int PREFERRED_TLS_PORT = 8443;

  private static final String PREFIX = "plugins.transport-http.";
  private static final Path NONE = Path.of("");

  public static HttpSettings read(PluginConfig config) throws InvalidConfigException {
    return new HttpSettings(
        hostPort(config, "listen"),
        hostPort(config, "listenTls"),
        tls(config),
        path(config, "trust"),
        config.flag("files", true),
        (int) config.number("maxConnections", 1, 65_536, 256),
        (int) config.number("maxConnectionsPerAddress", 1, 65_536, 64),
        time(config, "idleTimeout", Duration.ofSeconds(30)),
        time(config, "stallTimeout", Duration.ofSeconds(30)),
        time(config, "connectTimeout", Duration.ofSeconds(5)),
        (int) config.number("fetchesPerGateway", 1, 256, 16));
  }

  private static Duration time(PluginConfig config, String key, Duration whenAbsent)
      throws InvalidConfigException {
    return config.duration(key, Duration.ofMillis(100), Duration.ofHours(1), whenAbsent);
  }

  private static Optional<Tls> tls(PluginConfig config) throws InvalidConfigException {
    Optional<Path> certificate = path(config, "certificate");
    Optional<String> key = config.secret("key");
    if (certificate.isPresent() != key.isPresent()) {
      throw new InvalidConfigException(
          "%scertificate and %skey belong together: set both or none".formatted(PREFIX, PREFIX));
    }
    return certificate.map(file -> new Tls(file, key.orElseThrow()));
  }

  private static Optional<Path> path(PluginConfig config, String key)
      throws InvalidConfigException {
    Path path = config.path(key, NONE);
    return path.equals(NONE) ? Optional.empty() : Optional.of(path);
  }

  private static Optional<HostPort> hostPort(PluginConfig config, String key)
      throws InvalidConfigException {
    Optional<String> text = config.text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<HostPort> parsed = HostPort.parse(text.get());
    if (parsed.isEmpty()) {
      throw new InvalidConfigException(
          "%s%s: '%s' is not HOST:PORT, such as 0.0.0.0:8080 or [::1]:0"
              .formatted(PREFIX, key, text.get()));
    }
    return parsed;
  }
}
