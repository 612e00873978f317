package io.shoal.testkit;

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

/// The smallest discovery: the peers of a list, for whatever is searched.
final class PeerList implements Discovery {
  private volatile List<PeerAddress> peers = List.of();

  @Override
  public void start(PluginContext context) throws UserFaultException {
    List<PeerAddress> read = new ArrayList<>();
    for (String text : context.config().texts("peers", List.of())) {
      read.add(PeerAddress.parse(text));
    }
    peers = List.copyOf(read);
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink) {
    for (PeerAddress peer : peers) {
      Provider provider = Provider.at(peer).fromOperator().unannounced();
      if (schemes.contains(peer.scheme()) && !sink.found(provider)) {
        return;
      }
    }
  }

  @Override
  public DiscoveryStatus status() {
    return DiscoveryStatus.builder().reachablePeers(peers.size()).build();
  }

  @Override
  public void close() {}
}
