package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.Bencode;
import io.shoal.discovery.kademlia.bencode.BencodeDecoder;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.bencode.MalformedBencodeException;
import io.shoal.discovery.kademlia.krpc.Packet.BadQuery;
import io.shoal.discovery.kademlia.krpc.Packet.Content;
import io.shoal.discovery.kademlia.krpc.Packet.Fault;
import io.shoal.discovery.kademlia.krpc.Packet.Garbage;
import io.shoal.discovery.kademlia.krpc.Packet.Query;
import io.shoal.discovery.kademlia.krpc.Packet.Reply;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Makes a [Packet] of a datagram from a stranger; never throws. `y` alone decides what it is,
/// since some nodes put an `r` into their errors.
public final class PacketReader {
  /// Longest transaction id that is echoed: no client needs more, and an echo must not carry a
  /// stranger's payload.
  public static final int MAX_TRANSACTION_BYTES = 64;

  /// Longest token that is kept: those in the field have 4 to 20 bytes, and it is sent back.
  public static final int MAX_TOKEN_BYTES = 64;

  /// Most contacts taken from one reply. Eight are due; a longer list is an attempt to fill a
  /// lookup alone.
  static final int MAX_NODES = 32;

  /// Most providers taken from one reply: what libtorrent sends at most, and about what fits into a
  /// datagram.
  public static final int MAX_VALUES = 200;

  /// Most keys taken from one answer to `sample_infohashes`: more than fit into a datagram of the
  /// due size.
  public static final int MAX_SAMPLES = 64;

  /// Four in the field.
  private static final int MAX_VERSION_BYTES = 16;

  private static final int MAX_METHOD_CHARS = 32;
  private static final int MAX_ERROR_CHARS = 200;
  private static final int MAX_KEPT_BYTES = Math.ceilDiv(Method.AnnounceMany.MAX_KEYS, Byte.SIZE);

  private static final int MAX_PORT = 65_535;

  private PacketReader() {}

  public static Packet read(byte[] datagram) {
    try {
      return BencodeDecoder.lenient(datagram) instanceof Bencode.Dictionary packet
          ? message(packet, datagram)
          : new Garbage("not a dictionary");
    } catch (MalformedBencodeException e) {
      return new Garbage("not bencoded");
    }
  }

  private static Packet message(Bencode.Dictionary packet, byte[] datagram)
      throws MalformedBencodeException {
    Optional<Bytes> transaction = packet.text("t");
    if (transaction.isEmpty() || transaction.get().length() > MAX_TRANSACTION_BYTES) {
      return new Garbage("no transaction id, or one that is too long");
    }
    return switch (packet.text("y").map(Bytes::text).orElse("")) {
      case "q" -> query(packet, transaction.get(), datagram);
      case "r" -> reply(packet, transaction.get(), datagram);
      case "e" -> fault(packet, transaction.get());
      default -> new Garbage("unknown type");
    };
  }

  private static Packet query(Bencode.Dictionary packet, Bytes transaction, byte[] datagram)
      throws MalformedBencodeException {
    Optional<String> name = packet.text("q").map(Bytes::text);
    Optional<Bencode.Dictionary> arguments = packet.dictionary("a");
    if (name.isEmpty() || name.get().length() > MAX_METHOD_CHARS || arguments.isEmpty()) {
      return new BadQuery(transaction, "no method or no arguments");
    }
    Optional<NodeId> sender = id(arguments.get(), "id");
    if (sender.isEmpty()) {
      return new BadQuery(transaction, "invalid id");
    }
    boolean readOnly = flag(packet, "ro");
    return method(name.get(), arguments.get(), datagram)
        .<Packet>map(method -> new Query(transaction, sender.get(), method, readOnly))
        .orElseGet(() -> new BadQuery(transaction, "invalid argument"));
  }

  private static Optional<Method> method(String name, Bencode.Dictionary arguments, byte[] datagram)
      throws MalformedBencodeException {
    Set<Family> want = want(arguments);
    Optional<NodeId> target = id(arguments, "target");
    Optional<NodeId> key = id(arguments, "info_hash");
    return switch (name) {
      case "ping" -> Optional.of(new Method.Ping());
      case "find_node" -> target.map(t -> new Method.FindNode(t, want));
      case "get_peers" ->
          key.map(
              k ->
                  new Method.GetPeers(
                      k, want, flag(arguments, "scrape"), flag(arguments, "noseed")));
      case "announce_peer" -> announce(arguments);
      case Method.AnnounceMany.NAME -> announceMany(arguments);
      case "get" -> target.map(t -> new Method.Get(t, number(arguments, "seq"), want));
      case "put" -> ItemReader.put(arguments, datagram);
      case "sample_infohashes" -> target.map(t -> new Method.SampleInfohashes(t, want));
      default -> Optional.of(new Method.Unknown(name, target.or(() -> key), want));
    };
  }

  private static Optional<Method> announce(Bencode.Dictionary arguments) {
    Optional<NodeId> key = id(arguments, "info_hash");
    Optional<Bytes> token = arguments.text("token");
    boolean implied = flag(arguments, "implied_port");
    long port = arguments.whole("port").orElse(implied ? 0L : -1L);
    boolean valid = port >= 0 && port <= MAX_PORT && (implied || port != 0);
    return key.isPresent() && token.isPresent() && valid
        ? Optional.of(
            new Method.AnnouncePeer(
                key.get(), (int) port, implied, flag(arguments, "seed"), token.get()))
        : Optional.empty();
  }

  private static Optional<Method> announceMany(Bencode.Dictionary arguments) {
    Optional<NodeId> grantedFor = id(arguments, "info_hash");
    Optional<Bytes> token = arguments.text("token");
    Bytes keys = arguments.text("keys").orElse(Bytes.ofText(""));
    int count = keys.length() / NodeId.SIZE_BYTES;
    long port = arguments.whole("port").orElse(0L);
    boolean valid =
        keys.length() % NodeId.SIZE_BYTES == 0
            && count > 0
            && count <= Method.AnnounceMany.MAX_KEYS
            && port > 0
            && port <= MAX_PORT;
    return grantedFor.isPresent() && token.isPresent() && valid
        ? Optional.of(
            new Method.AnnounceMany(
                Compact.readKeys(keys, count), grantedFor.get(), (int) port, token.get()))
        : Optional.empty();
  }

  private static boolean flag(Bencode.Dictionary in, String key) {
    return in.whole(key).orElse(0L) != 0;
  }

  private static OptionalLong number(Bencode.Dictionary in, String key) {
    return in.whole(key).map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  private static Set<Family> want(Bencode.Dictionary arguments) {
    Set<Family> want = EnumSet.noneOf(Family.class);
    for (Bencode item : arguments.sequence("want").map(Bencode.Sequence::items).orElse(List.of())) {
      for (Family family : Family.values()) {
        if (item instanceof Bencode.Text text && text.value().text().equals(family.want())) {
          want.add(family);
        }
      }
    }
    return want;
  }

  private static Packet reply(Bencode.Dictionary packet, Bytes transaction, byte[] datagram)
      throws MalformedBencodeException {
    Optional<Bencode.Dictionary> values = packet.dictionary("r");
    Optional<NodeId> sender = values.flatMap(r -> id(r, "id"));
    if (values.isEmpty() || sender.isEmpty()) {
      return new Garbage("a reply without an id");
    }
    Bencode.Dictionary r = values.get();
    Packet.Answer answer =
        new Packet.Answer(
            nodes(r, "nodes", Family.IPV4),
            nodes(r, "nodes6", Family.IPV6),
            peers(r),
            token(r),
            content(r, datagram));
    return new Reply(
        transaction,
        sender.get(),
        answer,
        packet.text("ip").flatMap(Compact::readPeer),
        packet.text("v").filter(v -> v.length() <= MAX_VERSION_BYTES));
  }

  private static Content content(Bencode.Dictionary r, byte[] datagram)
      throws MalformedBencodeException {
    if (r.get("v").isPresent() || r.get("seq").isPresent()) {
      return ItemReader.content(r, datagram);
    }
    if (r.text("samples").isPresent()) {
      return new Content.Samples(
          Math.clamp(r.whole("interval").orElse(0L), 0, Content.Samples.MAX_INTERVAL_SECONDS),
          Math.max(0, r.whole("num").orElse(0L)),
          Compact.readKeys(r.text("samples").get(), MAX_SAMPLES));
    }
    Optional<Bytes> kept = r.text("kept").filter(bits -> bits.length() <= MAX_KEPT_BYTES);
    if (kept.isPresent()) {
      return new Content.Kept(kept.get());
    }
    Optional<ScrapeFilter> seeds = r.text("BFsd").flatMap(ScrapeFilter::read);
    Optional<ScrapeFilter> others = r.text("BFpe").flatMap(ScrapeFilter::read);
    return seeds.isPresent() || others.isPresent()
        ? new Content.Scrape(
            seeds.orElseGet(ScrapeFilter::new), others.orElseGet(ScrapeFilter::new))
        : new Content.None();
  }

  private static Optional<Bytes> token(Bencode.Dictionary r) {
    return r.text("token").filter(token -> token.length() <= MAX_TOKEN_BYTES);
  }

  private static Optional<List<Contact>> nodes(Bencode.Dictionary r, String key, Family family) {
    return r.text(key)
        .map(
            all ->
                Compact.readNodes(
                    all.range(0, Math.min(all.length(), MAX_NODES * family.nodeBytes())), family));
  }

  private static List<InetSocketAddress> peers(Bencode.Dictionary r) {
    List<InetSocketAddress> peers = new ArrayList<>();
    for (Bencode item : r.sequence("values").map(Bencode.Sequence::items).orElse(List.of())) {
      if (item instanceof Bencode.Text text && peers.size() < MAX_VALUES) {
        peers.addAll(Compact.readPeers(text.value()));
      }
    }
    return peers.size() <= MAX_VALUES ? peers : List.copyOf(peers.subList(0, MAX_VALUES));
  }

  private static Packet fault(Bencode.Dictionary packet, Bytes transaction) {
    long code = Fault.GENERIC;
    String text = "";
    for (Bencode item : packet.sequence("e").map(Bencode.Sequence::items).orElse(List.of())) {
      if (item instanceof Bencode.Whole whole && whole.value().bitLength() < Integer.SIZE) {
        code = whole.value().intValue();
      } else if (item instanceof Bencode.Text said) {
        String all = said.value().text();
        text = all.substring(0, Math.min(all.length(), MAX_ERROR_CHARS));
      }
    }
    return new Fault(transaction, (int) code, text);
  }

  private static Optional<NodeId> id(Bencode.Dictionary in, String key) {
    return in.text(key)
        .filter(bytes -> bytes.length() == NodeId.SIZE_BYTES)
        .map(bytes -> NodeId.of(bytes.toArray(), 0));
  }
}
