package io.shoal.runtime.connection;

import io.shoal.api.ChunkServer;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RetryableException;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.access.AccessGate;
import io.shoal.runtime.access.AdmissionProof;
import io.shoal.runtime.peer.AddressScope;
import io.shoal.runtime.peer.DialLimits;
import io.shoal.runtime.peer.PeerBook;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes connections: decides which addresses are dialled, how often and how many at once, and
/// hands a connection out once the peer was admitted. An address is never dialled twice at the same
/// time. Usable from any thread; no lock is held across a dial.
public final class Dialler {
  private static final Logger LOG = LoggerFactory.getLogger(Dialler.class);

  /// Dials that begin at once.
  private static final int MAX_DIALS = 32;

  /// Further dials that begin although the first ones still wait for an answer: each may take ten
  /// seconds, and an address behind many silent ones should not wait as long. Where the system
  /// allows few connections, half of these.
  private static final int MAX_MORE_DIALS = 96;

  /// The same for looks, beside all others.
  private static final int MAX_LOOKS = 64;

  /// A peer that answers mostly does so within this time.
  private static final long MAX_WAIT_MILLIS = 200;

  private static final String LOCALHOST = "localhost";

  private final Map<String, Transport> dialable;
  private final PeerId self;
  private final Connections connections;
  private final PeerBook book;
  private final AccessGate gate;
  private final LongSupplier nanoTime;
  private final DialLimits limits;
  private final Set<String> dialling = ConcurrentHashMap.newKeySet();
  private final Semaphore dials;
  private final Semaphore moreDials;
  private final Surroundings surroundings;

  /// Empty in the lookout itself.
  private final Optional<Dialler> lookout;

  /// Facts that the node learns while it runs, the same for each of its diallers.
  private static final class Surroundings {
    private volatile Own own = new Own(List.of(), ip -> false);

    /// Why schemes of active transports are not dialled.
    private volatile Map<String, String> unused = Map.of();
  }

  /// Where this node listens.
  ///
  /// @param machine whether an address is this machine's
  private record Own(List<PeerAddress> endpoints, Predicate<InetAddress> machine) {
    boolean is(PeerAddress address) {
      return endpoints.stream().anyMatch(one -> isSame(one, address));
    }

    private boolean isSame(PeerAddress one, PeerAddress address) {
      if (one.uri().equals(address.uri())) {
        return true;
      }
      boolean samePort =
          one.scheme().equals(address.scheme())
              && one.port().isPresent()
              && one.port().equals(address.port());
      Optional<InetAddress> ip = samePort ? hostOf(address) : Optional.empty();
      return ip.isPresent()
          && one.ip()
              .filter(
                  listens ->
                      listens.equals(ip.get())
                          || listens.isAnyLocalAddress() && machine.test(ip.get()))
              .isPresent();
    }

    /// No other name is looked up: that it leads here shows when the peer there proves to be this
    /// node.
    private static Optional<InetAddress> hostOf(PeerAddress address) {
      boolean local = address.host().filter(LOCALHOST::equals).isPresent();
      return local ? Optional.of(InetAddress.getLoopbackAddress()) : address.ip();
    }
  }

  /// @param dialable the transports by scheme that this node may dial
  /// @param gate decides which connections are handed out
  /// @param nanoTime monotonic, any origin
  public Dialler(
      Map<String, Transport> dialable,
      PeerId self,
      Connections connections,
      PeerBook book,
      AccessGate gate,
      LongSupplier nanoTime) {
    this.dialable = new ConcurrentHashMap<>(dialable);
    this.self = self;
    this.connections = connections;
    this.book = book;
    this.gate = gate;
    this.nanoTime = nanoTime;
    this.limits = limits(nanoTime);
    this.dials = new Semaphore(MAX_DIALS);
    this.moreDials = new Semaphore(Math.min(MAX_MORE_DIALS, connections.max() / 2));
    this.surroundings = new Surroundings();
    this.lookout = Optional.of(new Dialler(this));
  }

  private Dialler(Dialler working) {
    this.dialable = working.dialable;
    this.self = working.self;
    this.connections = working.connections;
    this.book = working.book;
    this.gate = working.gate;
    this.nanoTime = working.nanoTime;
    this.limits = limits(nanoTime);
    this.dials = new Semaphore(Math.clamp(connections.max() / 4, 1, MAX_LOOKS));
    this.moreDials = dials;
    this.surroundings = working.surroundings;
    this.lookout = Optional.empty();
  }

  private static DialLimits limits(LongSupplier nanoTime) {
    return new DialLimits(() -> TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong()));
  }

  /// For a user who wants to know which peers answer: dials within limits of its own, so that
  /// downloads keep theirs, and what it finds makes no download wait. The connections are the same.
  /// One for all such looks, so that their limits hold.
  public Dialler lookout() {
    return lookout.orElse(this);
  }

  /// The schemes that this node dials.
  public Set<String> schemes() {
    return Set.copyOf(dialable.keySet());
  }

  /// Why schemes of active transports are not dialled, for the user.
  public void explain(Map<String, String> reasons) {
    surroundings.unused = Map.copyOf(reasons);
  }

  /// Whether peers that want TLS are not found, since this node uses none.
  public boolean lacksTls() {
    return !surroundings.unused.isEmpty()
        && dialable.keySet().stream()
            .noneMatch(scheme -> connections.traits().has(scheme, Scheme.Trait.CONFIDENTIAL));
  }

  /// From now on addresses of these schemes are not dialled: their transport failed.
  public void giveUp(Set<String> schemes) {
    dialable.keySet().removeAll(schemes);
  }

  /// Where this node itself listens: never dialled.
  ///
  /// @param endpoints an unspecified host stands for every address of this machine
  /// @param machine whether an address is this machine's; from any thread
  public void ownEndpoints(List<PeerAddress> endpoints, Predicate<InetAddress> machine) {
    surroundings.own = new Own(List.copyOf(endpoints), machine);
  }

  /// Whether a dial of `address` has a point now.
  ///
  /// @param given whether the user named it
  public boolean worthDialling(PeerAddress address, boolean given) {
    return dialable.containsKey(address.scheme())
        && !isSelf(address)
        && book.mayDial(address, given);
  }

  /// Refuses an address of the user's that can never lead to a peer.
  ///
  /// @throws UserFaultException it is such an address: the message says why
  public void requirePossible(PeerAddress address) throws UserFaultException {
    requireScheme(address);
    if (surroundings.own.is(address)) {
      throw new UserFaultException(
          address + " is this node itself: give the address of another peer");
    }
    if (isSelf(address)) {
      throw new UserFaultException(
          address
              + " names the identity of this node itself: give the address of another peer; if"
              + " another node has this identity, give that a key of its own, since a data folder"
              + " is never copied");
    }
    if (AddressScope.of(address) == AddressScope.NONE) {
      throw new UserFaultException(
          address
              + " is the address of no machine: give the one that 'shoal status' shows at the peer");
    }
  }

  private Transport requireScheme(PeerAddress address) throws UserFaultException {
    Transport transport = dialable.get(address.scheme());
    if (transport == null) {
      String why = surroundings.unused.getOrDefault(address.scheme(), "");
      throw new UserFaultException(
          "no active transport dials '%s': %s"
              .formatted(
                  address,
                  why.isEmpty() ? "expected " + String.join(" or ", dialable.keySet()) : why));
    }
    return transport;
  }

  /// Counts a dial of an address that came from a stranger; false if it must wait.
  public boolean takeTurn(PeerAddress address) {
    synchronized (limits) {
      return limits.take(address);
    }
  }

  /// Whether an address is this node's own.
  public boolean isSelf(PeerAddress address) {
    return surroundings.own.is(address) || address.peerId().filter(self::equals).isPresent();
  }

  /// A connection to the peer at `address`: an open one, or a new one. The caller gives it back
  /// with [Connections#release].
  ///
  /// @param server what the peer is served by over a new connection
  public PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    Optional<PeerConnection> known = connections.retain(address);
    if (known.isPresent()) {
      return known.get();
    }
    Transport transport = requireScheme(address);
    connections.requireRoomFor(address);
    if (!dialling.add(address.uri())) {
      throw new PeerUnreachableException(address + " is being dialled already");
    }
    try {
      return dial(transport, address, server);
    } finally {
      dialling.remove(address.uri());
    }
  }

  /// Waits for a place for one more dial.
  ///
  /// @return what the place is given back to
  private Semaphore takePlace() throws InterruptedException {
    if (dials.tryAcquire(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
      return dials;
    }
    moreDials.acquire();
    return moreDials;
  }

  private PeerConnection dial(Transport transport, PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    Semaphore place = takePlace();
    long started = nanoTime.getAsLong();
    try {
      gate.requireDialable(address);
      PeerConnection connection = transport.connect(address, server);
      long millis = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - started);
      admit(address, connection);
      book.connected(connection.remote(), millis);
      if (!connections.retainDialled(address, connection)) {
        throw notKept(address, connection);
      }
      return connection;
    } catch (ShoalException e) {
      failed(address, e);
      LOG.debug("no connection to {}: {}", address, e.getMessage());
      throw e;
    } finally {
      place.release();
    }
  }

  /// Whatever the reason is, the next try waits, but not for what a look alone found. A lack of
  /// this machine's is no fault of the peer's.
  private void failed(PeerAddress address, ShoalException why) {
    if (lookout.isEmpty()) {
      return;
    }
    boolean here = why instanceof RetryableException && !(why instanceof PeerUnreachableException);
    if (here) {
      book.notTried(address);
    } else {
      book.unreachable(address);
    }
  }

  private static PeerUnreachableException notKept(PeerAddress address, PeerConnection connection) {
    if (!connection.isOpen()) {
      return new PeerUnreachableException(address + " closed the connection at once");
    }
    connection.close();
    return new PeerUnreachableException(
        address
            + ": connect returned another connection than ChunkServer.connected was given: report it"
            + " to the author of the plugin for "
            + address.scheme());
  }

  private void admit(PeerAddress address, PeerConnection connection)
      throws PeerUnreachableException, InterruptedException {
    if (connection.remote().provenId().filter(self::equals).isPresent()) {
      connection.close();
      throw new PeerUnreachableException(address + " is this node itself");
    }
    if (gate.await(connection) instanceof AdmissionProof.Verdict.Refused(String why)) {
      connection.close(PeerConnection.Reason.DENIED);
      throw new PeerUnreachableException(address + ": the peer there " + why);
    }
  }

  /// Whether a peer answers at an address, tried by a connection of its own that ends at once.
  /// Empty if it could not be tried, which says nothing about the address; nor does a connection of
  /// a scheme without messages, which may be made without a peer.
  Optional<Boolean> answers(PeerAddress address) throws InterruptedException {
    Transport transport = dialable.get(address.scheme());
    if (transport == null
        || !connections.traits().has(address.scheme(), Scheme.Trait.MESSAGES)
        || connections.isFull()
        || !takeTurn(address)) {
      return Optional.empty();
    }
    Semaphore place = takePlace();
    try (PeerConnection _ = transport.connect(address, ChunkServer.NOTHING)) {
      return Optional.of(true);
    } catch (PeerUnreachableException e) {
      return Optional.of(false);
    } catch (ShoalException e) {
      LOG.debug("{} was not tried: {}", address, e.getMessage());
      return Optional.empty();
    } finally {
      place.release();
    }
  }
}
