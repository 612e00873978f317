package io.shoal.discovery.kademlia.respond;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.item.ItemStore;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.Packet.Answer;
import io.shoal.discovery.kademlia.krpc.Packet.Content;
import io.shoal.discovery.kademlia.krpc.Packet.Fault;
import io.shoal.discovery.kademlia.krpc.Packet.Query;
import io.shoal.discovery.kademlia.krpc.Packet.Reply;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.krpc.TokenIssuer;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Answers the queries of other nodes. Single-threaded; nothing in a query is trusted.
public final class Responder {
  /// The providers of a key that this node itself announces, as an asker can reach them.
  @FunctionalInterface
  public interface OwnProviders {
    List<InetSocketAddress> providersSeenBy(NodeId key, InetSocketAddress asker);
  }

  private static final int CONTACTS = 8;

  /// Beside eight nodes of each family, 512 bytes.
  private static final int MAX_VALUES_BESIDE_BOTH = 15;

  private final DhtSettings settings;
  private final RoutingTable table;
  private final Map<Family, RoutingTable> siblings = new EnumMap<>(Family.class);
  private final TokenIssuer tokens;
  private final ProviderStore providers;
  private final ItemStore items;
  private final OwnProviders own;
  private final ReplySize sizes;
  private final PacketWriter writer;
  private final KeySample samples;
  private long wrongTokens;
  private long refusedStores;

  // Of the query that is being answered.
  private int maxBytes;
  private long answeredMillis;

  public Responder(
      DhtSettings settings,
      RoutingTable table,
      TokenIssuer tokens,
      ProviderStore providers,
      ItemStore items,
      OwnProviders own) {
    this.settings = settings;
    siblings.put(settings.family(), table);
    this.table = table;
    this.tokens = tokens;
    this.providers = providers;
    this.items = items;
    this.own = own;
    this.sizes = new ReplySize(table);
    this.writer = new PacketWriter(settings.version());
    this.samples = new KeySample(providers);
  }

  /// How large answers may be to addresses that may be forged.
  public ReplySize sizes() {
    return sizes;
  }

  /// Announcements and items without a token that was issued.
  public long wrongTokens() {
    return wrongTokens;
  }

  /// Announcements beyond the quotas, and items that were not to be kept.
  public long refusedStores() {
    return refusedStores;
  }

  /// @param queryBytes how large the query was, which bounds the answer to an address that may be
  ///   forged
  public byte[] answer(Query query, InetSocketAddress from, int queryBytes, long nowMillis) {
    maxBytes = sizes.maxBytes(from, queryBytes, nowMillis);
    answeredMillis = nowMillis;
    return switch (query.method()) {
      case Method.Ping() -> reply(query, from, Answer.EMPTY);
      case Method.FindNode(NodeId target, Set<Family> want) ->
          reply(query, from, nodes(query, target, want, from));
      case Method.GetPeers getPeers -> reply(query, from, peers(query, getPeers, from, nowMillis));
      case Method.AnnouncePeer announcement -> store(query, announcement, from, nowMillis);
      case Method.AnnounceMany many -> store(query, many, from, nowMillis);
      case Method.Get get -> reply(query, from, item(query, get, from, nowMillis));
      case Method.Put put -> store(query, put, from, nowMillis);
      case Method.SampleInfohashes(NodeId target, Set<Family> want) ->
          reply(query, from, nodes(query, target, want, from).withContent(samples.at(nowMillis)));
      case Method.Unknown unknown ->
          // As libtorrent does: the sender of a newer query about a target is at least led closer
          // to it.
          unknown
              .target()
              .map(target -> reply(query, from, nodes(query, target, unknown.want(), from)))
              .orElseGet(() -> fault(query, Fault.UNKNOWN_METHOD, "Method Unknown"));
    };
  }

  public byte[] answer(Packet.BadQuery query) {
    return writer.write(new Fault(query.transaction(), Fault.PROTOCOL, query.why()));
  }

  /// Answers from now on for the network of the other family as well, where a query `want`s that.
  public void pairWith(Family family, RoutingTable other) {
    siblings.put(family, other);
  }

  private Answer nodes(Query query, NodeId target, Set<Family> want, InetSocketAddress from) {
    Set<Family> due = want.isEmpty() ? Set.of(settings.family()) : want;
    Answer answer = Answer.EMPTY;
    for (Map.Entry<Family, RoutingTable> entry : siblings.entrySet()) {
      if (due.contains(entry.getKey())) {
        answer = answer.withNodes(entry.getKey(), closest(entry.getValue(), query, target, from));
      }
    }
    return answer;
  }

  private List<Contact> closest(
      RoutingTable of, Query query, NodeId target, InetSocketAddress from) {
    Scope least = settings.leastScope(Scope.of(from.getAddress()));
    return of.closest(
        target,
        CONTACTS,
        entry ->
            entry.failures() == 0
                && entry.scope().compareTo(least) >= 0
                && !entry.contact().id().equals(query.sender()));
  }

  private Answer peers(Query query, Method.GetPeers asked, InetSocketAddress from, long nowMillis) {
    NodeId key = asked.key();
    Answer nodes = nodes(query, key, asked.want(), from);
    // No token means "full here, announce elsewhere".
    Answer answer =
        providers.hasRoom(key, from.getAddress())
            ? nodes.withToken(tokens.issue(from.getAddress(), key, nowMillis))
            : nodes;
    List<InetSocketAddress> ours = own.providersSeenBy(key, from);
    if (asked.scrape()) {
      Content.Scrape scrape = providers.scrape(key, nowMillis);
      ours.forEach(provider -> scrape.others().add(provider.getAddress()));
      return answer.withContent(scrape);
    }
    int max = maxValues(nodes);
    List<InetSocketAddress> values = new ArrayList<>(ours);
    values.addAll(
        providers.sample(
            key,
            max,
            asked.noSeed(),
            peer -> mayShare(peer, from) && !ours.contains(peer),
            nowMillis));
    return answer.withValues(List.copyOf(values.subList(0, Math.min(max, values.size()))));
  }

  /// With eight nodes, token and a long transaction id, so many providers still fit into
  /// [PacketWriter#MAX_PACKET_BYTES].
  private int maxValues(Answer nodes) {
    if (nodes.nodes().isPresent() && nodes.nodes6().isPresent()) {
      return MAX_VALUES_BESIDE_BOTH;
    }
    return switch (settings.family()) {
      case IPV4 -> 50;
      case IPV6 -> 20;
    };
  }

  private byte[] store(
      Query query, Method.AnnouncePeer announcement, InetSocketAddress from, long nowMillis) {
    NodeId key = announcement.key();
    if (!tokens.accepts(announcement.token(), from.getAddress(), key, nowMillis)) {
      return badToken(query);
    }
    sizes.broughtToken(from, nowMillis);
    int port = announcement.impliedPort() ? from.getPort() : announcement.port();
    InetSocketAddress provider = new InetSocketAddress(from.getAddress(), port);
    return providers.add(key, provider, announcement.seed(), nowMillis)
        ? reply(query, from, Answer.EMPTY)
        : refusal(query, Fault.SERVER, "Full");
  }

  /// Each key by the same rules as one alone.
  private byte[] store(
      Query query, Method.AnnounceMany many, InetSocketAddress from, long nowMillis) {
    if (!tokens.accepts(many.token(), from.getAddress(), many.grantedFor(), nowMillis)) {
      return badToken(query);
    }
    sizes.broughtToken(from, nowMillis);
    InetSocketAddress provider = new InetSocketAddress(from.getAddress(), many.port());
    byte[] kept = new byte[Math.ceilDiv(many.keys().size(), Byte.SIZE)];
    for (int i = 0; i < many.keys().size(); i++) {
      if (providers.add(many.keys().get(i), provider, false, nowMillis)) {
        kept[i / Byte.SIZE] |= (byte) (0x80 >>> i % Byte.SIZE);
      } else {
        refusedStores++;
      }
    }
    return reply(query, from, Answer.EMPTY.withContent(new Content.Kept(Bytes.of(kept))));
  }

  private Answer item(Query query, Method.Get get, InetSocketAddress from, long nowMillis) {
    NodeId target = get.target();
    Answer answer =
        nodes(query, target, get.want(), from)
            .withToken(tokens.issue(from.getAddress(), target, nowMillis));
    return items
        .get(target, nowMillis)
        .map(item -> answer.withContent(content(item, get.newerThan())))
        .orElse(answer);
  }

  private static Content content(Item item, OptionalLong newerThan) {
    return switch (item) {
      case Item.Immutable(Bytes value) -> new Content.Value(value);
      case Item.Mutable mutable ->
          newerThan.isPresent() && newerThan.getAsLong() >= mutable.sequence()
              ? new Content.NothingNewer(mutable.sequence())
              : new Content.Signed(
                  mutable.key(), mutable.sequence(), mutable.value(), mutable.signature());
    };
  }

  /// Checks in the order that BEP 44 and libtorrent have; the reader has checked the canonical
  /// form.
  private byte[] store(Query query, Method.Put put, InetSocketAddress from, long nowMillis) {
    Optional<ItemStore.Refusal> size = ItemStore.refuseSize(put.item());
    if (size.isPresent()) {
      return refusal(query, size.get().code(), size.get().text());
    }
    NodeId target = put.item().target();
    if (!tokens.accepts(put.token(), from.getAddress(), target, nowMillis)) {
      return badToken(query);
    }
    sizes.broughtToken(from, nowMillis);
    return items
        .put(put.item(), target, put.replaces(), from.getAddress(), nowMillis)
        .map(why -> refusal(query, why.code(), why.text()))
        .orElseGet(() -> reply(query, from, Answer.EMPTY));
  }

  private boolean mayShare(InetSocketAddress of, InetSocketAddress to) {
    return settings.mayShare(Scope.of(to.getAddress()), of);
  }

  private byte[] reply(Query query, InetSocketAddress from, Answer answer) {
    byte[] whole = write(query, from, answer);
    if (whole.length <= maxBytes) {
      return whole;
    }
    boolean hasContent = !(answer.content() instanceof Content.None);
    if (hasContent && sizes.mayHoldContent(from, answeredMillis)) {
      return whole;
    }
    sizes.shortened(hasContent);
    Answer shorter = answer.withContent(new Content.None());
    byte[] bytes = write(query, from, shorter);
    while (bytes.length > maxBytes && !shorter.isBare()) {
      shorter = shorter.shortened(bytes.length - maxBytes, settings.family());
      bytes = write(query, from, shorter);
    }
    return bytes;
  }

  private byte[] write(Query query, InetSocketAddress from, Answer answer) {
    return writer.write(new Reply(query.transaction(), table.self(), answer, Optional.of(from)));
  }

  private byte[] badToken(Query query) {
    wrongTokens++;
    return fault(query, Fault.PROTOCOL, "Bad token");
  }

  private byte[] refusal(Query query, int code, String text) {
    refusedStores++;
    return fault(query, code, text);
  }

  private byte[] fault(Query query, int code, String text) {
    return writer.write(new Fault(query.transaction(), code, text));
  }
}
