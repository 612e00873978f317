package io.shoal.runtime;

import io.shoal.api.ChunkServer;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.runtime.connection.Dialler;
import io.shoal.runtime.connection.SchemeTraits;
import io.shoal.runtime.discovery.Announcer;
import io.shoal.runtime.peer.AddressScope;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import io.shoal.runtime.transport.Listeners;
import io.shoal.runtime.transport.MachineAddresses;
import io.shoal.runtime.transport.TransportChoice;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where this node is reached: listens, and tells dialler and discoveries at the start and at every
/// change. Usable from any thread.
final class OwnEndpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OwnEndpoints.class);

  /// Addresses in one link, which people paste into messages.
  private static final int MAX_LINKED = 8;

  private final PeerId self;
  private final SchemeTraits traits;
  private final Listeners listeners;
  private final Dialler dialler;
  private final Announcer announcer;
  private final Supplier<MachineAddresses> machine;

  /// Of two changes the later is told last.
  private final ReentrantLock telling = new ReentrantLock();

  OwnEndpoints(
      PeerId self,
      TransportChoice transports,
      PluginSettings settings,
      Dialler dialler,
      Announcer announcer,
      Supplier<MachineAddresses> machine) {
    this.self = self;
    this.traits = transports.traits();
    this.listeners = new Listeners(transports, settings, this::moved);
    this.dialler = dialler;
    this.announcer = announcer;
    this.machine = machine;
  }

  /// Listens.
  void open(ChunkServer server) throws ShoalException, InterruptedException {
    listeners.open(server);
    dialler.giveUp(listeners.lost());
    tell();
  }

  /// This node accepts no connections.
  void none() {
    announcer.reachableAt(List.of());
  }

  private List<PeerAddress> tell() {
    telling.lock();
    try {
      List<PeerAddress> now = all();
      dialler.ownEndpoints(now, ip -> machine.get().has(ip));
      announcer.reachableAt(now);
      return now;
    } finally {
      telling.unlock();
    }
  }

  /// They changed, perhaps while the node starts.
  private void moved() {
    List<String> now = tell().stream().map(PeerAddress::uri).toList();
    LOG.info("listens at {}", now.isEmpty() ? "no address" : String.join(", ", now));
  }

  List<PeerAddress> all() {
    return listeners.endpoints();
  }

  /// Those that others can dial, for links: with this node's id where a connection proves it.
  List<PeerAddress> linked() {
    MachineAddresses now = machine.get();
    return all().stream()
        .flatMap(own -> now.texts(own).stream())
        .flatMap(OwnEndpoints::dialable)
        .map(address -> proves(address) ? address.withPeerId(self) : address)
        .limit(MAX_LINKED)
        .toList();
  }

  /// None for a text with a zone, which means something on one link alone.
  private static Stream<PeerAddress> dialable(String text) {
    try {
      return Stream.of(PeerAddress.parse(text))
          .filter(address -> AddressScope.of(address) != AddressScope.NONE);
    } catch (InvalidInputException e) {
      return Stream.empty();
    }
  }

  private boolean proves(PeerAddress address) {
    return address.peerId().isEmpty() && traits.has(address.scheme(), Scheme.Trait.PROVES_BOTH);
  }

  /// Plugins whose transports do not listen, and why.
  Map<String, UnusablePluginException> failures() {
    return listeners.failures();
  }

  /// Accepts no more connections.
  @Override
  public void close() {
    listeners.close();
  }
}
