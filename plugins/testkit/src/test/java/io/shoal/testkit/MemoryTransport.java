package io.shoal.testkit;

import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A transport between nodes of one process, which does what its contract says except for one
/// thing.
final class MemoryTransport implements Transport {
  /// What may be wrong with it.
  enum Fault {
    NONE,
    NEVER_ASKS_PERMIT,
    ASKS_PERMIT_ONCE,
    SENDS_THE_BEGIN_OF_THE_FILE,
    MOVES_THE_CHANNEL,
    CLOSES_THE_CHANNEL,
    WRAPS_CONNECTIONS,
    REPORTS_ANOTHER_OBJECT_AT_THE_END,
    REPORTS_NO_END,
    REPORTS_THE_END_TOO_EARLY,
    NEVER_INTERRUPTS,
    KEEPS_SOURCES,
    TAKES_ANY_NUMBER_OF_REQUESTS,
    TAKES_ANY_NUMBER_OF_WATCHES,
    LOSES_NEWS,
    JOINS_NO_NEWS,
    KEEPS_WATCHES,
    REFERS_TO_A_SENDERS_BUFFER,
    TAKES_MESSAGES_OF_ANY_TYPE,
    HANDS_OVER_MESSAGES_AT_ONCE,
    CALLS_FROM_PLATFORM_THREADS,
    HAS_ONE_BINDING_FOR_ALL,
    CUTS_LONG_MESSAGES,
    LISTENS_AFTER_THE_END,
    DIALS_ONLY_WHILE_IT_LISTENS,
    REPORTS_AFTER_ITS_LISTENERS_END,
    MARKS_A_CHANGED_CHUNK_AS_WHOLE,
    CONNECTS_AFTER_THE_END,
    LEAKS_A_THREAD,
    TAKES_ANY_PLACE
  }

  /// All that listens, by its place.
  record Network(Map<String, Open> listeners, AtomicInteger places) {
    Network() {
      this(new ConcurrentHashMap<>(), new AtomicInteger());
    }
  }

  /// @param node what takes the connections
  record Open(MemoryTransport transport, ChunkServer node) {}

  static final Scheme SCHEME =
      Scheme.of(
          "mem",
          Scheme.Trait.LOCAL,
          Scheme.Trait.BINDS,
          Scheme.Trait.SYMMETRIC,
          Scheme.Trait.AVAILABILITY,
          Scheme.Trait.MESSAGES);

  private final Fault fault;
  private final Network network;
  private final Set<MemoryConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile Optional<String> place = Optional.empty();
  private volatile boolean open;

  MemoryTransport(Fault fault, Network network) {
    this.fault = fault;
    this.network = network;
  }

  boolean has(Fault asked) {
    return fault == asked;
  }

  @Override
  public Set<Scheme> schemes() {
    return Set.of(SCHEME);
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    String wanted = context.config().text("place", "");
    if (!wanted.matches("[0-9]*") && !has(Fault.TAKES_ANY_PLACE)) {
      throw new InvalidConfigException("place is '" + wanted + "': write a number");
    }
    place = Optional.of(wanted.isEmpty() ? "" + network.places().incrementAndGet() : wanted);
    open = true;
    if (has(Fault.LEAKS_A_THREAD)) {
      Leak.thread(Thread.ofPlatform().daemon(), "leaked-by-memory");
    }
  }

  @Override
  public Listener listen(Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
      throws UserFaultException {
    if (!open) {
      throw new IllegalStateException("it is closed");
    }
    String here = place.orElseThrow(() -> new IllegalStateException("it is not started"));
    Open mine = new Open(this, server);
    if (network.listeners().putIfAbsent(here, mine) != null) {
      throw new UserFaultException("/" + here + " is taken: choose another place");
    }
    AtomicBoolean closed = new AtomicBoolean();
    return new Listener() {
      @Override
      public List<Endpoint> endpoints() {
        return List.of(Endpoint.of(PeerAddress.of("mem:///" + here)));
      }

      @Override
      public void close() {
        if (!has(Fault.LISTENS_AFTER_THE_END)) {
          network.listeners().remove(here, mine);
        }
        if (has(Fault.DIALS_ONLY_WHILE_IT_LISTENS)) {
          open = false;
        }
        if (closed.getAndSet(true) && has(Fault.REPORTS_AFTER_ITS_LISTENERS_END)) {
          changed.accept(List.of());
        }
      }
    };
  }

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server) throws ShoalException {
    if (!address.scheme().equals(SCHEME.name())) {
      throw new InvalidInputException(address + " is no address of mem");
    }
    Open there = network.listeners().get(address.path().substring(1));
    if (there == null || !open && !has(Fault.CONNECTS_AFTER_THE_END)) {
      throw new PeerUnreachableException(address + ": nobody listens there");
    }
    MemoryConnection near = new MemoryConnection(this, server, address, true);
    MemoryConnection far = new MemoryConnection(there.transport(), there.node(), address, false);
    MemoryConnection.join(near, far);
    far.report();
    near.report();
    return has(Fault.WRAPS_CONNECTIONS) ? new Wrapped(near) : near;
  }

  void add(MemoryConnection connection) {
    connections.add(connection);
  }

  void remove(MemoryConnection connection) {
    connections.remove(connection);
  }

  @Override
  public void close() {
    open = false;
    place.ifPresent(
        here -> {
          if (!has(Fault.LISTENS_AFTER_THE_END)) {
            network
                .listeners()
                .computeIfPresent(here, (_, one) -> one.transport() == this ? null : one);
          }
        });
    List<MemoryConnection> all = List.copyOf(connections);
    all.forEach(MemoryConnection::close);
    all.forEach(MemoryConnection::awaitEnd);
  }
}
