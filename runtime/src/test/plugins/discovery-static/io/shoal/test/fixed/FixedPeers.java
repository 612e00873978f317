package io.shoal.test.fixed;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Says of every content that the peers listed under `peers` have it. Tells nobody what this node has.
public final class FixedPeers implements Discovery {

  private final Set<Cid> announced = ConcurrentHashMap.newKeySet();
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
  public Map<PeerAddress, Announcement> announce(Cid cid, List<PeerAddress> endpoints) {
    announced.add(cid);
    Map<PeerAddress, Announcement> became = new HashMap<>();
    endpoints.forEach(endpoint -> became.put(endpoint, Announcement.NOT_EXPRESSIBLE));
    return became;
  }

  @Override
  public void withdraw(Cid cid) {
    announced.remove(cid);
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws InterruptedException {
    for (PeerAddress peer : peers) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (schemes.contains(peer.scheme()) && !sink.found(peer)) {
        return;
      }
    }
  }

  @Override
  public DiscoveryStatus status() {
    List<String> advice =
        peers.isEmpty() ? List.of("add addresses to plugins.discovery-static.peers") : List.of();
    return new DiscoveryStatus(
        Optional.empty(), peers.size(), announced.size(), 0, Duration.ZERO, advice, Map.of());
  }

  @Override
  public Optional<SignedRecords> signedRecords() {
    return Optional.empty();
  }

  @Override
  public void close() {
    announced.clear();
  }
}
