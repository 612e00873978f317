package io.shoal.discovery.kademlia;

import io.shoal.api.Discovery.ProviderSink;
import io.shoal.api.PeerAddress;
import io.shoal.api.Provider;
import io.shoal.api.RetryableException;
import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.item.ItemClient;
import io.shoal.discovery.kademlia.item.ItemGet;
import io.shoal.discovery.kademlia.item.ItemName;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.LookupEnd;
import io.shoal.discovery.kademlia.node.DhtNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Turns blocking calls into commands of the [DhtLoop] and waits for the outcome. Usable from any
/// thread.
final class BlockingCalls {
  /// The contract's bound of a search.
  static final Duration FIND_DEADLINE = Duration.ofMinutes(2);

  /// The contract's bound of publishing and resolving.
  static final Duration ITEM_DEADLINE = Duration.ofMinutes(1);

  /// How often a waiting call looks whether the plugin was closed: half of the second that the
  /// contract gives.
  private static final long CLOSE_CHECK_MILLIS = 500;

  /// Announcements that the loop has yet to take up; each is a few commands of some 100 bytes.
  private static final int MAX_UNTAKEN = 1_024;

  private static final Announcer.Listener UNHEARD = ports -> {};

  private final DhtLoop loop;
  private final Semaphore turns = new Semaphore(MAX_UNTAKEN);
  private volatile boolean closed;

  BlockingCalls(DhtLoop loop) {
    this.loop = loop;
  }

  void close() {
    closed = true;
  }

  void withdraw(NodeId key) {
    loop.post(now -> loop.nodes().values().forEach(node -> node.withdraw(key)));
  }

  /// Waits until the loop has taken up most of what was posted: commands that come faster than it
  /// runs them would fill the memory. Returns at once where the plugin is closed.
  void awaitTurn() throws InterruptedException {
    while (!closed && !turns.tryAcquire(CLOSE_CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
      // Looks again whether it is closed.
    }
    loop.post(now -> turns.release());
  }

  /// Announces a key at its endpoints from now on, in place of what was announced for it; in a
  /// family without endpoints it is withdrawn. Returns at once.
  void announce(NodeId key, List<AnnouncedEndpoint> endpoints) {
    for (Family family : loop.locals().keySet()) {
      List<Announcer.Place> places =
          endpoints.stream().filter(e -> e.isIn(family)).map(AnnouncedEndpoint::place).toList();
      if (places.isEmpty()) {
        loop.post(now -> node(family).withdraw(key));
      } else {
        loop.post(now -> node(family).announce(key, places, UNHEARD, now));
      }
    }
  }

  private DhtNode node(Family family) {
    return Objects.requireNonNull(loop.nodes().get(family));
  }

  private sealed interface Event {
    record Found(PeerAddress provider) implements Event {}

    record Ended(LookupEnd end) implements Event {}
  }

  /// Searches all keys at once and hands `sink` what comes, in the calling thread.
  ///
  /// @param schemes the scheme of each key
  void find(Map<NodeId, String> schemes, ProviderSink sink)
      throws RetryableException, InterruptedException {
    // Bounded by what a search may find in all, see DhtNode.
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    List<DhtNode.Search> searches = new ArrayList<>();
    loop.post(
        now ->
            schemes.forEach(
                (key, scheme) ->
                    loop.nodes()
                        .values()
                        .forEach(
                            node ->
                                searches.add(
                                    search(node, key, new Listening(scheme, events), now)))));
    try {
      await(schemes.size() * loop.locals().size(), events, sink);
    } finally {
      loop.post(now -> searches.forEach(DhtNode.Search::cancel));
    }
  }

  /// A call does not wait for a family in which no node is known, as long as there is the other.
  private DhtNode.Search search(
      DhtNode node, NodeId key, DhtNode.FindListener listener, long nowMillis) {
    if (node.isIsolated() && loop.nodes().values().stream().anyMatch(n -> !n.isIsolated())) {
      listener.ended(LookupEnd.NOBODY_ANSWERED);
      return () -> {};
    }
    return node.find(key, listener, nowMillis);
  }

  private void await(int searches, BlockingQueue<Event> events, ProviderSink sink)
      throws RetryableException, InterruptedException {
    Set<PeerAddress> reported = new HashSet<>();
    int unanswered = 0;
    long deadline = loop.nowMillis() + FIND_DEADLINE.toMillis();
    for (int left = searches; left > 0; ) {
      Optional<Event> event = next(events, deadline);
      if (event.isEmpty()) {
        if (closed) {
          throw closed();
        }
        return;
      }
      switch (event.get()) {
        case Event.Found(PeerAddress provider) -> {
          if (reported.add(provider) && !sink.found(Provider.at(provider))) {
            return;
          }
        }
        case Event.Ended(LookupEnd end) -> {
          left--;
          unanswered += end == LookupEnd.NOBODY_ANSWERED ? 1 : 0;
        }
      }
    }
    if (reported.isEmpty() && unanswered == searches && searches > 0) {
      throw noAnswer();
    }
  }

  /// Looks for an item.
  ///
  /// @throws RetryableException no node answered, and this node does not hold it either
  ItemGet.Outcome get(ItemName name) throws RetryableException, InterruptedException {
    ItemGet.Outcome best = ItemGet.Outcome.NOBODY;
    for (Family family : useful()) {
      ItemGet.Outcome outcome =
          await(
              ended ->
                  loop.post(now -> node(family).items().get(name, (o, at) -> ended.add(o), now)));
      best = best.and(outcome);
    }
    if (best.answered() == 0 && best.item().isEmpty()) {
      throw noAnswer();
    }
    return best;
  }

  /// Gives an item to the nodes that should have it.
  ItemClient.PutEnd put(Item item, OptionalLong replaces)
      throws RetryableException, InterruptedException {
    ItemClient.PutEnd all = new ItemClient.PutEnd.NobodyAnswered();
    for (Family family : useful()) {
      ItemClient.PutEnd one =
          await(
              ended ->
                  loop.post(
                      now ->
                          node(family).items().put(item, replaces, (e, at) -> ended.add(e), now)));
      all = all.and(one);
    }
    return all;
  }

  /// The families in which a node is known; all if that is none.
  private List<Family> useful() throws RetryableException, InterruptedException {
    return await(
        ended ->
            loop.post(
                now -> {
                  List<Family> known =
                      loop.nodes().values().stream()
                          .filter(node -> !node.isIsolated())
                          .map(DhtNode::family)
                          .toList();
                  ended.add(known.isEmpty() ? List.copyOf(loop.nodes().keySet()) : known);
                }));
  }

  private <T> T await(Consumer<BlockingQueue<T>> ask)
      throws RetryableException, InterruptedException {
    BlockingQueue<T> ended = new LinkedBlockingQueue<>();
    ask.accept(ended);
    Optional<T> outcome = next(ended, loop.nowMillis() + ITEM_DEADLINE.toMillis());
    if (outcome.isPresent()) {
      return outcome.get();
    }
    throw closed ? closed() : noAnswer();
  }

  private static RetryableException closed() {
    return new RetryableException("the DHT is closed: start the node again");
  }

  static RetryableException noAnswer() {
    return new RetryableException("no other DHT node answers: " + Membership.JOIN_ADVICE);
  }

  private record Listening(String scheme, BlockingQueue<Event> events)
      implements DhtNode.FindListener {
    @Override
    public void found(InetSocketAddress provider) {
      events.add(new Event.Found(AnnouncedEndpoint.found(scheme, provider)));
    }

    @Override
    public void ended(LookupEnd end) {
      events.add(new Event.Ended(end));
    }
  }

  /// The next element, or empty once the deadline has passed or the plugin is closed.
  ///
  /// @param deadlineMillis in the time of [DhtLoop#nowMillis]
  <T> Optional<T> next(BlockingQueue<T> queue, long deadlineMillis) throws InterruptedException {
    while (!closed) {
      long left = deadlineMillis - loop.nowMillis();
      T element = queue.poll(Math.clamp(left, 0, CLOSE_CHECK_MILLIS), TimeUnit.MILLISECONDS);
      if (element != null) {
        return Optional.of(element);
      }
      if (left <= 0) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
