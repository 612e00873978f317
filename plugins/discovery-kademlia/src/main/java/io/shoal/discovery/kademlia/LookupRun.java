package io.shoal.discovery.kademlia;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Carries a [Lookup] out: sends its queries and tells what they bring. Single-threaded.
final class LookupRun {
  private final Lookup lookup;
  private final Method method;
  private final Requests requests;
  private final DhtSettings settings;
  private final Listener listener;
  private final Map<NodeId, Bytes> tokens = new HashMap<>();
  private boolean ended;

  LookupRun(
      Lookup lookup, Method method, Requests requests, DhtSettings settings, Listener listener) {
    this.lookup = lookup;
    this.method = method;
    this.requests = requests;
    this.settings = settings;
    this.listener = listener;
  }

  /// Takes what a lookup brings.
  interface Listener {
    /// Somebody named providers. Never called after `ended`.
    default void found(List<InetSocketAddress> providers, long nowMillis) {}

    /// Somebody answered, in time or late. Never called after `ended`.
    default void answered(Contact from, Packet.Answer answer, long nowMillis) {}

    /// Whether nobody waits for it any more: it ends without a word.
    default boolean cancelled() {
      return false;
    }

    /// The last call.
    ///
    /// @param closest the closest nodes that answered, with the token that each gave, if it gave
    ///   one
    void ended(List<Holder> closest, long nowMillis);
  }

  /// A node that answered.
  record Holder(Contact contact, Optional<Bytes> token) {}

  void start(long nowMillis) {
    advance(nowMillis);
  }

  private void advance(long nowMillis) {
    ended |= listener.cancelled();
    if (ended) {
      return;
    }
    for (Contact contact : lookup.next()) {
      requests.send(
          contact.address(), Optional.of(contact.id()), method, new Query(contact), nowMillis);
    }
    if (lookup.finished()) {
      ended = true;
      List<Holder> holders =
          lookup.closestAnswered().stream()
              .map(c -> new Holder(c, Optional.ofNullable(tokens.get(c.id()))))
              .toList();
      listener.ended(holders, nowMillis);
    }
  }

  private boolean mayTell(Contact from, InetSocketAddress of) {
    return settings.mayTell(Scope.of(from.address().getAddress()), of);
  }

  private final class Query implements Requests.Handler {
    private final Contact asked;

    Query(Contact asked) {
      this.asked = asked;
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      if (!from.id().equals(asked.id())) {
        // Somebody else lives there now; it may be far from the target, so that its word does not
        // count here.
        failed(nowMillis);
        return;
      }
      reply.answer().token().ifPresent(token -> tokens.put(asked.id(), token));
      lookup.answered(
          asked,
          reply.answer().nodesOf(settings.family()).stream()
              .filter(c -> mayTell(from, c.address()))
              .toList());
      if (!ended) {
        listener.answered(asked, reply.answer(), nowMillis);
      }
      List<InetSocketAddress> values =
          reply.answer().values().stream().filter(peer -> mayTell(from, peer)).toList();
      if (!ended && !values.isEmpty()) {
        listener.found(values, nowMillis);
      }
      advance(nowMillis);
    }

    @Override
    public void failed(long nowMillis) {
      lookup.failed(asked);
      advance(nowMillis);
    }

    @Override
    public void slow(long nowMillis) {
      lookup.slow(asked);
      advance(nowMillis);
    }
  }
}
