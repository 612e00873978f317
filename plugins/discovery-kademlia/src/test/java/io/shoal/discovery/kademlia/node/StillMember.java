package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.item.ItemStore;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.TokenIssuer;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.lookup.Timers;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.maintenance.TableMaintenance;
import io.shoal.discovery.kademlia.respond.ProviderStore;
import io.shoal.discovery.kademlia.respond.RateLimiter;
import io.shoal.discovery.kademlia.respond.Responder;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import io.shoal.discovery.kademlia.testing.Simulation;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A node that only answers, from a table that was filled by hand: the real classes without
/// maintenance, so that ten thousand of them cost little for hours.
final class StillMember extends Simulation.Member {
  private final Simulation simulation;
  private final RoutingTable table;
  private final ProviderStore providers;
  private final RateLimiter limiter = new RateLimiter();
  private final Responder responder;
  private long refused;

  StillMember(Simulation simulation, DhtSettings settings, RandomGenerator random) {
    super(simulation.newAddress(), random, false);
    this.simulation = simulation;
    AddressRules rules = settings.addressRules();
    this.table = new RoutingTable(NodeId.random(random), NodeId.random(random), rules, 0);
    this.providers =
        new ProviderStore(settings.family(), ProviderStore.Limits.of(settings), random);
    Timers timers = new Timers();
    TableMaintenance maintenance =
        new TableMaintenance(settings, rules, table, new Nowhere(), random, timers);
    Bootstrap bootstrap = new Bootstrap(settings, table, maintenance, new Nowhere(), timers);
    this.responder =
        new Responder(
            settings,
            table,
            new TokenIssuer(random, 0),
            providers,
            new ItemStore(table::self, random, 0),
            new Announcer(settings, table, maintenance, bootstrap, new Nowhere(), random, timers)
                ::providersSeenBy);
  }

  private record Nowhere() implements Network {
    @Override
    public void send(InetSocketAddress to, byte[] datagram) {}

    @Override
    public Optional<java.net.InetAddress> ownAddressToward(java.net.InetAddress peer) {
      return Optional.empty();
    }

    @Override
    public void wantBootstrap() {}
  }

  Contact contact() {
    return new Contact(table.self(), address());
  }

  void meet(Contact other) {
    table.answered(other, 0);
  }

  boolean keeps(NodeId key, long nowMillis) {
    return !providers.sample(key, 1, false, any -> true, nowMillis).isEmpty();
  }

  /// Queries beyond the bound of one source.
  long refused() {
    return refused;
  }

  @Override
  public void receive(InetSocketAddress from, byte[] datagram, long nowMillis) {
    if (!(PacketReader.read(datagram) instanceof Packet.Query query)) {
      return;
    }
    if (limiter.admits(from, nowMillis)) {
      simulation.send(this, from, responder.answer(query, from, datagram.length, nowMillis));
    } else {
      refused++;
    }
  }
}
