package io.shoal.discovery.routing;

import io.shoal.api.Cid;
import io.shoal.api.ConfigKey;
import io.shoal.api.Discovery;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Inspection;
import io.shoal.api.PeerAddress;
import io.shoal.api.PluginContext;
import io.shoal.api.ShoalException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds providers by servers of delegated routing, announces to those that take announcements, and
/// is such a server itself if it is set to.
public final class RoutingDiscovery implements Discovery {
  private volatile Optional<RunningRouting> running = Optional.empty();
  private volatile boolean closed;

  /// Does nothing yet; see [#start].
  public RoutingDiscovery() {}

  @Override
  public List<ConfigKey> configuration() {
    return RoutingSettings.keys();
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    String prefix = "plugins." + context.pluginId() + ".";
    RoutingSettings settings = RoutingSettings.read(context.config(), prefix);
    running = Optional.of(RunningRouting.start(settings, prefix, context, System::nanoTime));
  }

  @Override
  public void reachableAt(List<PeerAddress> endpoints) {
    running.ifPresent(routing -> routing.reachableAt(endpoints));
  }

  @Override
  public void announce(Cid cid) {
    running.ifPresent(routing -> routing.announce(cid));
  }

  @Override
  public void withdraw(Cid cid) {
    running.ifPresent(routing -> routing.withdraw(cid));
  }

  @Override
  public void findProviders(Cid cid, Set<String> schemes, ProviderSink sink)
      throws ShoalException, InterruptedException {
    if (closed) {
      throw new IllegalStateException("the discovery is closed");
    }
    if (running.isPresent()) {
      running.get().find(cid, schemes, sink);
    }
  }

  @Override
  public DiscoveryStatus status() {
    return running.map(RunningRouting::status).orElseGet(() -> DiscoveryStatus.builder().build());
  }

  @Override
  public Optional<Inspection> inspection() {
    return Optional.of(new RoutingInspection(() -> running));
  }

  @Override
  public void close() {
    closed = true;
    running.ifPresent(RunningRouting::close);
    running = Optional.empty();
  }
}
