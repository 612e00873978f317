package io.shoal.runtime.discovery;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.Provider;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.connection.Dialler;
import io.shoal.runtime.peer.AddressScope;
import io.shoal.runtime.peer.Bans;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Searches the providers of a root by all discoveries, and dials each to see whether it answers
/// and what it has. One search each.
public final class ProviderSearch {
  /// How long a provider may take to report what it has.
  private static final long ANSWER_MILLIS = 3_000;

  /// Providers that are reported; more are of no use to a reader.
  private static final int MAX_PROVIDERS = 200;

  /// What a peer has that is a provider although nothing announced it.
  private static final Set<String> SOME = Set.of("complete", "partial");

  private final PeerNetwork network;
  private final Dialler dialler;
  private final Cid root;
  private final LinkedBlockingQueue<Optional<ContentCommands.FoundProvider>> results =
      new LinkedBlockingQueue<>();
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final Set<String> seen = new HashSet<>();
  private final Set<String> announced = new HashSet<>();
  private final Map<String, ContentCommands.FoundProvider> unshown = new HashMap<>();

  public ProviderSearch(PeerNetwork network, Cid root) {
    this.network = network;
    this.dialler = network.dialler().lookout();
    this.root = root;
  }

  /// Blocks until every provider that was found is checked, or the time is over.
  ///
  /// @param each is given each provider as soon as it is checked
  public void run(Duration timeout, Consumer<ContentCommands.FoundProvider> each)
      throws NotFoundException, DeadlineException, InterruptedException {
    long deadline = network.nanoTime().getAsLong() + timeout.toNanos();
    List<Thread> threads = new ArrayList<>();
    for (Map.Entry<String, Discovery> discovery : network.discoveries().entrySet()) {
      open.incrementAndGet();
      threads.add(
          Thread.ofVirtual()
              .name("find-" + discovery.getKey())
              .start(() -> search(discovery.getKey(), discovery.getValue())));
    }
    int reported = 0;
    try {
      while (open.get() > 0 || !results.isEmpty()) {
        long left = deadline - network.nanoTime().getAsLong();
        if (left <= 0) {
          break;
        }
        Optional<ContentCommands.FoundProvider> result =
            Optional.ofNullable(results.poll(Math.min(left, 200_000_000), TimeUnit.NANOSECONDS))
                .flatMap(found -> found);
        if (result.isPresent()) {
          each.accept(result.get());
          reported++;
        }
      }
    } finally {
      threads.forEach(Thread::interrupt);
    }
    if (reported == 0) {
      String why = failures.isEmpty() ? "" : " (" + failures.peek() + ")";
      throw new NotFoundException(
          "no provider of %s was found%s: check the id, that a node which has it runs, and that both use the same discovery network"
              .formatted(root, why));
    }
  }

  private void search(String id, Discovery discovery) {
    try {
      discovery.findProviders(root, dialler.schemes(), this::found);
    } catch (ShoalException e) {
      failures.add(id + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.decrementAndGet();
    }
  }

  private boolean found(Provider provider) {
    String uri = provider.address().uri();
    boolean fresh;
    boolean more;
    synchronized (seen) {
      fresh = seen.add(uri);
      more = seen.size() < MAX_PROVIDERS;
      if (provider.isAnnounced() && announced.add(uri)) {
        Optional.ofNullable(unshown.remove(uri)).map(Optional::of).ifPresent(results::add);
      }
    }
    if (fresh) {
      open.incrementAndGet();
      Thread.ofVirtual().name("check-" + uri).start(() -> check(provider));
    }
    return more;
  }

  private void check(Provider provider) {
    try {
      show(checked(provider));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.decrementAndGet();
    }
  }

  /// A peer that no announcement names is a provider only if it has something.
  private void show(ContentCommands.FoundProvider checked) {
    synchronized (seen) {
      if (announced.contains(checked.address()) || SOME.contains(checked.have())) {
        results.add(Optional.of(checked));
      } else {
        unshown.put(checked.address(), checked);
      }
    }
  }

  private ContentCommands.FoundProvider checked(Provider provider) throws InterruptedException {
    PeerAddress address = provider.address();
    Optional<String> expected = address.peerId().map(Object::toString);
    if (dialler.isSelf(address)) {
      return entry(address, expected, ContentCommands.Reach.UNCHECKED, "this node itself");
    }
    Optional<Bans.Ban> ban = network.book().ban(address);
    if (ban.isPresent()) {
      return entry(
          address, expected, ContentCommands.Reach.UNCHECKED, "banned: " + ban.get().reason());
    }
    if (!dialler.schemes().contains(address.scheme())) {
      return entry(
          address, expected, ContentCommands.Reach.UNCHECKED, "no active transport dials it");
    }
    if (!mayDial(provider)) {
      return entry(
          address,
          expected,
          ContentCommands.Reach.UNCHECKED,
          "not dialled: a port below 1024, no place, or a host that was dialled often just now");
    }
    PeerConnection connection;
    try {
      connection = dialler.connect(address, network.server());
    } catch (ShoalException e) {
      String why = Optional.ofNullable(e.getMessage()).orElse("");
      return entry(address, expected, ContentCommands.Reach.UNREACHABLE, why);
    }
    try {
      Optional<String> proven = connection.remote().provenId().map(Object::toString);
      return new ContentCommands.FoundProvider(
          address.uri(), proven, ContentCommands.Reach.REACHABLE, have(connection), "");
    } finally {
      network.connections().release(connection);
    }
  }

  private boolean mayDial(Provider provider) {
    PeerAddress address = provider.address();
    return AddressScope.of(address) != AddressScope.NONE
        && (provider.source() == Provider.Source.OPERATOR
            || !AddressScope.hasServicePort(address) && dialler.takeTurn(address));
  }

  private static ContentCommands.FoundProvider entry(
      PeerAddress address, Optional<String> peerId, ContentCommands.Reach reach, String detail) {
    return new ContentCommands.FoundProvider(address.uri(), peerId, reach, "unknown", detail);
  }

  private String have(PeerConnection connection) throws InterruptedException {
    LinkedBlockingQueue<Availability> updates = new LinkedBlockingQueue<>();
    try (PeerConnection.Watch watch = connection.watch(root, updates::add)) {
      Availability first = updates.poll(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
      return switch (first) {
        case Availability.Complete complete -> "complete";
        case Availability.Snapshot snapshot -> snapshot.have().isEmpty() ? "none" : "partial";
        case Availability.Gained gained -> "partial";
        case Availability.Unknown unknown -> "unknown";
        case null, default -> "unknown";
      };
    } catch (ShoalException e) {
      return "unknown";
    }
  }
}
