package io.shoal.runtime.discovery;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.Provider;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.peer.AddressScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds peers for one download as long as it runs, and connects to them: by all discoveries at
/// once, or by the addresses that the user gave; and by the addresses that peers report. Usable
/// from any thread.
public final class PeerFinder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerFinder.class);

  /// Addresses that are kept for one download; about 300 bytes each.
  private static final int MAX_CANDIDATES = 2_000;

  /// Connections for one download: beyond it more peers add little and cost memory.
  public static final int MAX_PEERS = 80;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  /// The party that named an address; one whose word counts more comes first.
  private enum Origin {
    /// The user, for this download.
    USER,
    /// The operator, by the configuration of a discovery.
    OPERATOR,
    STRANGERS
  }

  private static final class Candidate {
    private final PeerAddress address;
    private Origin origin;
    private boolean dialling;
    private boolean failed;

    /// Why no peer can ever be reached there, or empty.
    private String impossible = "";

    private Optional<PeerConnection> connection = Optional.empty();

    Candidate(PeerAddress address, Origin origin) {
      this.address = address;
      this.origin = origin;
    }

    boolean isGiven() {
      return origin == Origin.USER;
    }

    boolean isConnected() {
      return connection.filter(PeerConnection::isOpen).isPresent();
    }
  }

  private final PeerNetwork network;
  private final Cid root;
  private final Consumer<PeerConnection> connected;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Candidate> candidates = new LinkedHashMap<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> rounds = new LinkedHashMap<>();
  private volatile boolean found;
  private boolean closed;

  /// As [#settled] was given; empty where nothing reports it.
  private OptionalInt settled = OptionalInt.empty();

  private String lastFailure = "";

  /// @param connected is given each connection that was made, and one use of it to release
  public PeerFinder(PeerNetwork network, Cid root, Consumer<PeerConnection> connected) {
    this.network = network;
    this.root = root;
    this.connected = connected;
  }

  /// @param given addresses to use instead of discovery, if there are any
  public void start(List<PeerAddress> given) {
    given.forEach(address -> add(new Candidate(address, Origin.USER)));
    if (given.isEmpty()) {
      network
          .discoveries()
          .forEach(
              (id, discovery) -> {
                rounds.put(id, 0);
                run("find-" + id, () -> search(id, discovery));
              });
    }
    run("dial", this::dialLoop);
  }

  private interface Interruptible {
    void run() throws InterruptedException;
  }

  private void run(String name, Interruptible task) {
    threads.add(
        Thread.ofVirtual()
            .name(name)
            .start(
                () -> {
                  try {
                    task.run();
                  } catch (InterruptedException e) {
                    // closed
                  } catch (RuntimeException e) {
                    LOG.error("the search for peers of {} failed: {}", root, e.toString());
                    LOG.debug("the search failed", e);
                  }
                }));
  }

  private void search(String id, Discovery discovery) throws InterruptedException {
    SearchBackoff backoff = new SearchBackoff();
    while (true) {
      try {
        discovery.findProviders(root, network.dialler().schemes(), this::found);
      } catch (ShoalException e) {
        note(id + ": " + e.getMessage());
      }
      lock.lock();
      try {
        rounds.merge(id, 1, Integer::sum);
      } finally {
        lock.unlock();
      }
      pause(backoff);
    }
  }

  private void pause(SearchBackoff backoff) throws InterruptedException {
    long began = network.nanoTime().getAsLong();
    lock.lockInterruptibly();
    try {
      while (true) {
        long left = backoff.leftNanos(network.nanoTime().getAsLong() - began, noneAnswers());
        if (left <= 0) {
          return;
        }
        var _ = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether addresses were found, and no peer at any of them can be reached.
  private boolean noneAnswers() {
    return !candidates.isEmpty()
        && candidates.values().stream().allMatch(c -> c.failed && !c.dialling);
  }

  private boolean found(Provider provider) {
    add(provider.address(), provider.source() == Provider.Source.OPERATOR);
    return true;
  }

  /// An address of the link that the user was given. Its author is a stranger, who must not choose
  /// what this node dials.
  public void hint(PeerAddress address) {
    add(address, false);
  }

  private void add(PeerAddress address, boolean named) {
    if (AddressScope.of(address) != AddressScope.NONE
        && (named || !AddressScope.hasServicePort(address))) {
      add(new Candidate(address, named ? Origin.OPERATOR : Origin.STRANGERS));
    }
  }

  /// An address where a peer may have a part of the download, as a discovery or a peer reports.
  public void offer(PeerAddress address) {
    add(new Candidate(address, Origin.STRANGERS));
  }

  private void add(Candidate candidate) {
    lock.lock();
    try {
      Candidate known = candidates.get(candidate.address.uri());
      if (known != null) {
        known.origin =
            known.origin.compareTo(candidate.origin) <= 0 ? known.origin : candidate.origin;
      } else if (!closed && candidates.size() < MAX_CANDIDATES) {
        candidates.put(candidate.address.uri(), candidate);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void dialLoop() throws InterruptedException {
    while (true) {
      List<Candidate> due = new ArrayList<>();
      lock.lockInterruptibly();
      try {
        long busy = busy();
        for (Candidate candidate : best()) {
          if (busy < MAX_PEERS && due(candidate)) {
            candidate.dialling = true;
            due.add(candidate);
            busy++;
          }
        }
        if (due.isEmpty()) {
          changed.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
      } finally {
        lock.unlock();
      }
      due.forEach(candidate -> run("dial-" + candidate.address.uri(), () -> dial(candidate)));
      threads.removeIf(thread -> !thread.isAlive());
    }
  }

  /// The places that are taken, or will be by dials that run. Called under the lock.
  private long busy() {
    long dialling = candidates.values().stream().filter(c -> c.dialling).count();
    return dialling
        + (settled.isPresent()
            ? settled.getAsInt()
            : candidates.values().stream().filter(c -> c.isConnected() && !c.dialling).count());
  }

  /// How many peers have a place that no newcomer gets: others that were connected before, and are
  /// of no use, keep nothing from being dialled.
  public void settled(int peers) {
    lock.lock();
    try {
      settled = OptionalInt.of(peers);
    } finally {
      lock.unlock();
    }
  }

  /// Those that the user gave come first, then the rest by what their peers did so far.
  private List<Candidate> best() {
    record Scored(Candidate candidate, double score) {}
    return candidates.values().stream()
        .map(c -> new Scored(c, c.isGiven() ? 200 : network.book().score(c.address)))
        .sorted(Comparator.comparingDouble(Scored::score).reversed())
        .map(Scored::candidate)
        .toList();
  }

  private boolean due(Candidate candidate) {
    return !candidate.dialling
        && !candidate.isConnected()
        && network.dialler().worthDialling(candidate.address, candidate.isGiven())
        && (candidate.origin != Origin.STRANGERS || network.dialler().takeTurn(candidate.address));
  }

  private void dial(Candidate candidate) throws InterruptedException {
    Optional<PeerConnection> connection = Optional.empty();
    String impossible = "";
    try {
      connection = Optional.of(network.dialler().connect(candidate.address, network.server()));
      found = true;
      connected.accept(connection.get());
    } catch (ShoalException e) {
      note(e.getMessage());
      // Another try would end in the same way: another peer is there, or none of this protocol.
      boolean ever = e instanceof UserFaultException || e instanceof PeerFaultException;
      impossible = ever ? String.valueOf(e.getMessage()) : "";
    } finally {
      lock.lock();
      try {
        candidate.dialling = false;
        candidate.failed = connection.isEmpty();
        candidate.impossible = impossible;
        candidate.connection = connection;
        if (candidate.failed) {
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void note(@Nullable String failure) {
    lock.lock();
    try {
      lastFailure = failure == null ? "" : failure;
    } finally {
      lock.unlock();
    }
  }

  /// Whether there are addresses that were not tried or are being dialled.
  public boolean stillTrying() {
    lock.lock();
    try {
      return candidates.values().stream()
          .anyMatch(
              c ->
                  c.dialling
                      || c.connection.isEmpty()
                          && network.dialler().worthDialling(c.address, c.isGiven()));
    } finally {
      lock.unlock();
    }
  }

  /// Why none of the addresses can ever lead to a peer, where the user gave all of them; empty as
  /// long as one may.
  public Optional<String> hopeless() {
    lock.lock();
    try {
      return candidates.values().stream().allMatch(c -> c.isGiven() && !c.impossible.isEmpty())
          ? candidates.values().stream().map(c -> c.impossible).findFirst()
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /// How many addresses are known, whether or not a peer answers there.
  public int addressesKnown() {
    lock.lock();
    try {
      return candidates.size();
    } finally {
      lock.unlock();
    }
  }

  /// Whether peers that want TLS are not found, since this node uses none.
  public boolean lacksTls() {
    return network.dialler().lacksTls();
  }

  /// How many times every discovery has searched to the end; [Integer#MAX_VALUE] where none
  /// searches.
  public int roundsFinished() {
    lock.lock();
    try {
      return rounds.values().stream().mapToInt(Integer::intValue).min().orElse(Integer.MAX_VALUE);
    } finally {
      lock.unlock();
    }
  }

  /// Whether any connection was ever made.
  public boolean foundAny() {
    return found;
  }

  /// Why the last attempt failed, or empty.
  public String lastFailure() {
    lock.lock();
    try {
      return lastFailure;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    threads.forEach(Thread::interrupt);
  }
}
