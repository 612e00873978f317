package io.shoal.discovery.lan;

import io.shoal.api.Cid;
import io.shoal.api.ConfigKey;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Inspection;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds the nodes of the local network, and is found by them, without any configuration.
///
/// A neighbour is reported whatever is searched, as one that did not announce it; one that did so
/// by BEP 14 is reported as that.
public final class LanDiscovery implements Discovery {
  private volatile Optional<LocalNetwork> network = Optional.empty();

  /// Does nothing yet; see [#start].
  public LanDiscovery() {}

  @Override
  public List<ConfigKey> configuration() {
    return List.of(
        ConfigKey.of("interfaces", ConfigKey.Kind.LIST)
            .describe("Names of the network interfaces to use; default: those of private networks"),
        ConfigKey.of("dnsSd", ConfigKey.Kind.FLAG)
            .otherwise("true")
            .describe("Show this node to its neighbours, and look for theirs (DNS-SD)"),
        ConfigKey.of("contentKeys", ConfigKey.Kind.FLAG)
            .otherwise("true")
            .describe("Announce the keys of what this node has (BEP 14)"));
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    List<String> interfaces = context.config().texts("interfaces", List.of());
    boolean dnsSd = context.config().flag("dnsSd", true);
    boolean contentKeys = context.config().flag("contentKeys", true);
    try {
      LocalNetwork joined = new LocalNetwork(context, interfaces, dnsSd, contentKeys);
      network = Optional.of(joined);
      joined.start();
    } catch (IOException e) {
      throw new UserFaultException(
          "the local network cannot be listened to (%s): raise the limit of open files"
              .formatted(e.getMessage()),
          e);
    }
  }

  private LocalNetwork running() {
    return network.orElseThrow(() -> new IllegalStateException("not started, or closed"));
  }

  @Override
  public void reachableAt(List<PeerAddress> endpoints) {
    running().reachableAt(endpoints);
  }

  @Override
  public void announce(Cid cid) {
    running().announce(cid);
  }

  @Override
  public void withdraw(Cid cid) {
    network.ifPresent(now -> now.withdraw(cid));
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws InterruptedException {
    running().find(cid, schemes, sink);
  }

  @Override
  public DiscoveryStatus status() {
    return network.map(LocalNetwork::status).orElseGet(() -> DiscoveryStatus.builder().build());
  }

  @Override
  public Optional<Inspection> inspection() {
    return Optional.of(new LanInspection(() -> network));
  }

  @Override
  public void close() {
    Optional<LocalNetwork> last = network;
    network = Optional.empty();
    last.ifPresent(LocalNetwork::close);
  }
}
