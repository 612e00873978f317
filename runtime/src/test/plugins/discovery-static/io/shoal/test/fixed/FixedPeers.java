package io.shoal.test.fixed;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.Provider;
import io.shoal.api.UserFaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Offers the peers listed under `peers` for every content. Announces nothing.
public final class FixedPeers implements Discovery {

  private volatile List<PeerAddress> peers = List.of();

  @Override
  public void start(PluginContext context) throws UserFaultException {
    List<PeerAddress> configured = new ArrayList<>();
    for (String text : context.config().texts("peers", List.of())) {
      configured.add(PeerAddress.parse(text));
    }
    peers = List.copyOf(configured);
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws InterruptedException {
    for (PeerAddress peer : peers) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (schemes.contains(peer.scheme())
          && !sink.found(Provider.at(peer).fromOperator().unannounced())) {
        return;
      }
    }
  }

  @Override
  public DiscoveryStatus status() {
    return DiscoveryStatus.builder()
        .reachablePeers(peers.size())
        .advice(
            peers.isEmpty()
                ? List.of("add addresses to plugins.discovery-static.peers")
                : List.of())
        .build();
  }

  @Override
  public void close() {}
}
