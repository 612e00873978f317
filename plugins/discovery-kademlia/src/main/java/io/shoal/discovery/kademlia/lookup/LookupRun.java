package io.shoal.discovery.kademlia.lookup;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Carries out a [Lookup], or several that share no node (S/Kademlia §4.4): sends their queries and
/// reports what they bring. Single-threaded.
///
/// On disjoint paths a hostile node leads astray only the path that asked it: the others go on to
/// their own k closest, through nodes that it does not know. The price is about that many times the
/// queries.
public final class LookupRun {
  /// As S/Kademlia counts: beyond eight, paths run out of nodes in most networks.
  public static final int MAX_PATHS = 8;

  /// Queries in flight on each of several paths: all together are no burst.
  static final int PATH_PARALLELISM = 2;

  /// Queries of each of several paths; see [Lookup#MAX_QUERIES].
  static final int MAX_PATH_QUERIES = Lookup.MAX_QUERIES / 2;

  private final List<Lookup> paths = new ArrayList<>();
  private final NodeId target;
  private final Method method;
  private final Owner owner;
  private final QuerySender queries;
  private final DhtSettings settings;
  private final Listener listener;
  private final Map<NodeId, Bytes> tokens = new HashMap<>();
  private final Set<InetSocketAddress> claimed = new HashSet<>();
  private boolean ended;

  /// @param self our own id, which is never asked
  public LookupRun(
      NodeId self,
      Plan plan,
      DhtSettings settings,
      AddressRules rules,
      Owner owner,
      QuerySender queries,
      Listener listener) {
    this.target = plan.target();
    this.method = plan.method();
    this.settings = settings;
    this.owner = owner;
    this.queries = queries;
    this.listener = listener;
    for (int path = 0; path < plan.paths(); path++) {
      List<Contact> part = new ArrayList<>();
      for (int i = path; i < plan.seeds().size(); i += plan.paths()) {
        part.add(plan.seeds().get(i));
      }
      Lookup.Share share =
          plan.paths() == 1
              ? Lookup.Share.ofAll(plan.radius())
              : new Lookup.Share(
                  PATH_PARALLELISM,
                  MAX_PATH_QUERIES,
                  contact -> claimed.add(contact.address()),
                  // All paths together take so many of the closest.
                  plan.paths() * plan.radius());
      paths.add(new Lookup(self, target, part, rules, share));
    }
  }

  /// What is looked up, and how widely.
  ///
  /// @param method what each node is asked
  /// @param seeds where to begin, closest first; each path gets its part
  /// @param paths disjoint paths, 1 to [#MAX_PATHS]
  /// @param radius how far the k closest may plausibly reach, see [Density]
  public record Plan(NodeId target, Method method, List<Contact> seeds, int paths, double radius) {}

  /// Takes the results of a lookup.
  public interface Listener {
    /// A node named providers. Never called after `ended`.
    default void found(List<InetSocketAddress> providers, long nowMillis) {}

    /// A node is asked now.
    default void asked(Contact contact, long nowMillis) {}

    /// A node answered, in time or late. Never called after `ended`.
    default void answered(Contact from, Packet.Answer answer, long nowMillis) {}

    /// A node answered with a fault or not at all, or another node is there now. Never called after
    /// `ended`.
    default void failed(Contact contact, long nowMillis) {}

    /// Whether the caller gave it up: then it ends without another call.
    default boolean cancelled() {
      return false;
    }

    /// The last call but one: why it ended.
    default void ends(LookupEnd why) {}

    /// The last call.
    ///
    /// @param closest the closest nodes that answered, with the token that each gave, if it gave
    ///   one: eight, and on several paths up to eight more, so that each path has its part
    void ended(List<Holder> closest, long nowMillis);
  }

  /// Learns from every lookup.
  public interface Owner {
    /// A lookup ended.
    void lookupEnded(NodeId target, List<Contact> closest);

    /// An answer named nodes of the other address family.
    void handOver(Scope link, Packet.Answer answer, long nowMillis);
  }

  /// A node that answered.
  public record Holder(Contact contact, Optional<Bytes> token) {}

  public void start(long nowMillis) {
    advance(nowMillis);
  }

  private void advance(long nowMillis) {
    ended |= listener.cancelled();
    if (ended) {
      return;
    }
    for (Lookup path : paths) {
      for (Contact contact : path.next()) {
        listener.asked(contact, nowMillis);
        queries.send(
            contact.address(),
            Optional.of(contact.id()),
            method,
            new Query(path, contact),
            nowMillis);
      }
    }
    if (paths.stream().allMatch(Lookup::finished)) {
      ended = true;
      owner.lookupEnded(target, closestOfAll());
      listener.ends(why());
      List<Holder> holders =
          closest().stream()
              .map(c -> new Holder(c, Optional.ofNullable(tokens.get(c.id()))))
              .toList();
      listener.ended(holders, nowMillis);
    }
  }

  /// The worst end of the paths on which a node answered: no more is proven.
  private LookupEnd why() {
    return paths.stream()
        .map(Lookup::end)
        .filter(end -> end != LookupEnd.NOBODY_ANSWERED)
        .max(LookupEnd::compareTo)
        .orElse(LookupEnd.NOBODY_ANSWERED);
  }

  private List<Contact> closest() {
    if (paths.size() == 1) {
      return paths.getFirst().holders();
    }
    Set<Contact> out = new LinkedHashSet<>(closestOfAll());
    // The closest of all may all come from one path that is led astray.
    int part = Math.ceilDiv(Lookup.CLOSEST, paths.size());
    paths.forEach(path -> path.closestAnswered().stream().limit(part).forEach(out::add));
    return out.stream().sorted((a, b) -> target.compareDistance(a.id(), b.id())).toList();
  }

  private List<Contact> closestOfAll() {
    return paths.stream()
        .flatMap(path -> path.closestAnswered().stream())
        .sorted((a, b) -> target.compareDistance(a.id(), b.id()))
        .limit(Lookup.CLOSEST)
        .toList();
  }

  private boolean mayShare(Contact from, InetSocketAddress of) {
    return settings.mayShare(Scope.of(from.address().getAddress()), of);
  }

  private final class Query implements PendingQueries.Handler {
    private final Lookup path;
    private final Contact asked;

    Query(Lookup path, Contact asked) {
      this.path = path;
      this.asked = asked;
    }

    @Override
    public void replied(Contact from, Packet.Reply reply, long nowMillis) {
      if (!from.id().equals(asked.id())) {
        // Another node is there now; it may be far from the target, so its answer does not count.
        failed(nowMillis);
        return;
      }
      owner.handOver(Scope.of(from.address().getAddress()), reply.answer(), nowMillis);
      reply.answer().token().ifPresent(token -> tokens.put(asked.id(), token));
      List<Contact> closer = new ArrayList<>();
      for (Contact contact : reply.answer().nodesOf(settings.family())) {
        if (mayShare(from, contact.address())) {
          closer.add(contact);
        }
      }
      path.answered(asked, closer);
      if (!ended) {
        listener.answered(asked, reply.answer(), nowMillis);
      }
      List<InetSocketAddress> values =
          reply.answer().values().stream().filter(peer -> mayShare(from, peer)).toList();
      if (!ended && !values.isEmpty()) {
        listener.found(values, nowMillis);
      }
      advance(nowMillis);
    }

    @Override
    public void failed(long nowMillis) {
      if (!ended) {
        listener.failed(asked, nowMillis);
      }
      path.failed(asked);
      advance(nowMillis);
    }

    @Override
    public void slow(long nowMillis) {
      path.slow(asked);
      advance(nowMillis);
    }
  }
}
