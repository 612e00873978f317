package io.shoal.transport.quic;

import io.shoal.api.ChunkStore;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
import io.shoal.wire.address.HostPort;
import java.time.Duration;
import java.util.Optional;

/// The plugin's part of the configuration.
///
/// @param listen where to accept connections; empty for the preferred port, or another if it is
///   taken
/// @param handshakeTimeout from the first packet until both hellos are exchanged
/// @param idleTimeout silence, or output that does not move, after which a peer counts as gone
/// @param maxConnections inbound connections at once
/// @param maxConnectionsPerAddress inbound ones from one IPv4 address or IPv6 /64
/// @param windowBytes credit per request: bytes that may be on their way or wait to be read
/// @param receiveBufferBytes the same for all requests of all connections together
record QuicSettings(
    Optional<HostPort> listen,
    Duration handshakeTimeout,
    Duration idleTimeout,
    int maxConnections,
    int maxConnectionsPerAddress,
    int windowBytes,
    long receiveBufferBytes) {

  static final String ANY_HOST = "0.0.0.0";

  /// The same number as that of `transport-tcp`, whose ports are others: a user opens one number.
  static final int PREFERRED_PORT = 4600;

  // As in `transport-tcp`: four times what 1 Gbit/s over 100 ms has on its way.
  private static final long DEFAULT_RECEIVE_BUFFER_BYTES = 48L << 20;

  // The Transport contract allows 10 s for connect and handshake together.
  private static final Duration MAX_HANDSHAKE = Duration.ofSeconds(10);

  static QuicSettings read(PluginConfig config) throws InvalidConfigException {
    return new QuicSettings(
        listen(config),
        config.duration(
            "handshakeTimeout", Duration.ofMillis(100), MAX_HANDSHAKE, Duration.ofSeconds(5)),
        config.duration(
            "idleTimeout", Duration.ofSeconds(1), Duration.ofHours(1), Duration.ofSeconds(60)),
        (int) config.number("maxConnections", 1, 65_536, 100),
        (int) config.number("maxConnectionsPerAddress", 1, 65_536, 32),
        (int) config.sizeBytes("window", 64 * 1024, ChunkStore.MAX_CHUNK_SIZE_BYTES, 1024 * 1024),
        config.sizeBytes("receiveBuffer", 1024 * 1024, 1L << 40, DEFAULT_RECEIVE_BUFFER_BYTES));
  }

  private static Optional<HostPort> listen(PluginConfig config) throws InvalidConfigException {
    Optional<String> text = config.text("listen");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<HostPort> parsed = HostPort.parse(text.get());
    if (parsed.isEmpty()) {
      throw new InvalidConfigException(
          "plugins.transport-quic.listen: '%s' is not HOST:PORT, such as 0.0.0.0:4600 or [::1]:0"
              .formatted(text.get()));
    }
    return parsed;
  }
}
