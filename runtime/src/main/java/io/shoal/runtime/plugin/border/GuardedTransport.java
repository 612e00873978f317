package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// A transport behind the border. Its connections are [GuardedConnection]s: the node sees one for
/// each of the plugin's, always the same.
final class GuardedTransport extends GuardedExtension<Transport> implements Transport {
  private final GuardedConnections connections;

  GuardedTransport(Transport transport, PluginCalls calls) {
    super(transport, calls);
    this.connections = new GuardedConnections(calls);
  }

  @Override
  public Set<Scheme> schemes() {
    return calls.plain("schemes", inside::schemes);
  }

  /// The caller holds the deadline.
  @Override
  public Listener listen(Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
      throws ShoalException, InterruptedException {
    Listener listener = inside.listen(schemes, new GuardedServer(server, connections), changed);
    return new Listener() {
      @Override
      public List<Endpoint> endpoints() {
        return calls.plain("Listener.endpoints", listener::endpoints);
      }

      @Override
      public void close() {
        listener.close();
      }
    };
  }

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    PluginCalls.Call<PeerConnection, ShoalException, InterruptedException> call =
        () -> inside.connect(address, new GuardedServer(server, connections));
    try {
      return connections.of(calls.run("connect", CallLimit.ONE_EXCHANGE, call));
    } catch (PluginFailedException e) {
      calls.warn("connect", e);
      throw new PeerUnreachableException(address + " is not reached: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<PeerAddress> seenAs(Endpoint endpoint, InetSocketAddress outside) {
    return calls.orElse("seenAs", Optional.empty(), () -> inside.seenAs(endpoint, outside));
  }
}
