package io.shoal.discovery.kademlia;

import io.shoal.api.Discovery.Announcement;
import io.shoal.api.Discovery.ProviderSink;
import io.shoal.api.PeerAddress;
import io.shoal.api.RetryableException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Turns calls that block into commands of the [DhtLoop] and waits for what comes of them. Usable
/// from any thread.
final class BlockingCalls {
  /// The contract's bound of an announcement.
  static final Duration ANNOUNCE_DEADLINE = Duration.ofMinutes(1);

  /// The contract's bound of a search.
  static final Duration FIND_DEADLINE = Duration.ofMinutes(2);

  /// The contract's bound of publishing and resolving.
  static final Duration ITEM_DEADLINE = Duration.ofMinutes(1);

  /// How often a waiting call looks whether the plugin was closed: half of the second that the
  /// contract gives.
  private static final long CLOSE_CHECK_MILLIS = 500;

  private final DhtLoop loop;
  private volatile boolean closed;

  BlockingCalls(DhtLoop loop) {
    this.loop = loop;
  }

  void close() {
    closed = true;
  }

  void withdraw(NodeId key) {
    loop.post(now -> loop.node().withdraw(key));
  }

  private record Announced(NodeId key, Set<Integer> ports) {}

  /// Announces each key at its endpoints and waits for the first round of all of them.
  Map<PeerAddress, Announcement> announce(Map<NodeId, List<Endpoint>> byKey)
      throws InterruptedException {
    BlockingQueue<Announced> ended = new LinkedBlockingQueue<>();
    byKey.forEach(
        (key, endpoints) ->
            loop.post(
                now ->
                    loop.node()
                        .announce(
                            key,
                            endpoints.stream().map(Endpoint::place).toList(),
                            ports -> ended.add(new Announced(key, ports)),
                            now)));
    Map<PeerAddress, Announcement> results = new HashMap<>();
    byKey.values().forEach(all -> all.forEach(e -> results.put(e.address(), Announcement.FAILED)));
    long deadline = System.nanoTime() + ANNOUNCE_DEADLINE.toNanos();
    for (int left = byKey.size(); left > 0; left--) {
      Optional<Announced> one = next(ended, deadline);
      if (one.isEmpty()) {
        return results;
      }
      for (Endpoint endpoint : byKey.getOrDefault(one.get().key(), List.of())) {
        if (one.get().ports().contains(endpoint.place().port())) {
          results.put(endpoint.address(), Announcement.ANNOUNCED);
        }
      }
    }
    return results;
  }

  private sealed interface Event {
    record Found(PeerAddress provider) implements Event {}

    record Ended(LookupEnd end) implements Event {}
  }

  /// Searches all keys at once and tells `sink` what comes, in the calling thread.
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
                    searches.add(loop.node().find(key, new Listening(scheme, events), now))));
    try {
      await(schemes.size(), events, sink);
    } finally {
      loop.post(now -> searches.forEach(DhtNode.Search::cancel));
    }
  }

  private void await(int searches, BlockingQueue<Event> events, ProviderSink sink)
      throws RetryableException, InterruptedException {
    Set<PeerAddress> told = new HashSet<>();
    int unanswered = 0;
    long deadline = System.nanoTime() + FIND_DEADLINE.toNanos();
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
          if (told.add(provider) && !sink.found(provider)) {
            return;
          }
        }
        case Event.Ended(LookupEnd end) -> {
          left--;
          unanswered += end == LookupEnd.NOBODY_ANSWERED ? 1 : 0;
        }
      }
    }
    if (told.isEmpty() && unanswered == searches && searches > 0) {
      throw nobody();
    }
  }

  /// Looks for an item.
  ///
  /// @throws RetryableException nobody answered, and this node does not hold it either
  ItemGet.Outcome get(ItemName name) throws RetryableException, InterruptedException {
    ItemGet.Outcome outcome =
        await(
            ended -> loop.post(now -> loop.node().items().get(name, (o, at) -> ended.add(o), now)));
    if (outcome.answered() == 0 && outcome.item().isEmpty()) {
      throw nobody();
    }
    return outcome;
  }

  /// Gives an item to the nodes that should have it.
  Items.PutEnd put(Item item, OptionalLong replaces)
      throws RetryableException, InterruptedException {
    return await(
        ended ->
            loop.post(
                now -> loop.node().items().put(item, replaces, (e, at) -> ended.add(e), now)));
  }

  private <T> T await(Consumer<BlockingQueue<T>> ask)
      throws RetryableException, InterruptedException {
    BlockingQueue<T> ended = new LinkedBlockingQueue<>();
    ask.accept(ended);
    Optional<T> outcome = next(ended, System.nanoTime() + ITEM_DEADLINE.toNanos());
    if (outcome.isPresent()) {
      return outcome.get();
    }
    throw closed ? closed() : nobody();
  }

  private static RetryableException closed() {
    return new RetryableException("the DHT is closed: start the node again");
  }

  static RetryableException nobody() {
    return new RetryableException("no other DHT node answers: " + Membership.JOIN_ADVICE);
  }

  private record Listening(String scheme, BlockingQueue<Event> events)
      implements DhtNode.FindListener {
    @Override
    public void found(InetSocketAddress provider) {
      events.add(new Event.Found(Endpoint.found(scheme, provider)));
    }

    @Override
    public void ended(LookupEnd end) {
      events.add(new Event.Ended(end));
    }
  }

  /// The next element, or empty once the deadline has passed or the plugin is closed.
  private <T> Optional<T> next(BlockingQueue<T> queue, long deadlineNanos)
      throws InterruptedException {
    while (!closed) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
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
