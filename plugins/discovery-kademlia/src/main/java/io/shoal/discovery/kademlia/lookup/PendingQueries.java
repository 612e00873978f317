package io.shoal.discovery.kademlia.lookup;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.routing.RoundTrip;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Our queries that wait for an answer. An answer counts only if transaction id and address are
/// those of the question. Single-threaded.
public final class PendingQueries implements QuerySender {
  /// After that an answer will not come; libtorrent waits 15 s, others 10. Nothing waits for it
  /// that long, see [#slowAfterMillis].
  static final long TIMEOUT_MILLIS = 5_000;

  /// Far more than lookups and announcements in flight ever need; one more query is not sent and
  /// counts as unanswered.
  public static final int MAX_WAITING = 4_096;

  /// Every known client echoes so many; they are hard to guess without seeing our packets.
  public static final int TRANSACTION_BYTES = 4;

  private static final long FIRST_SLOW_MILLIS = 1_000;

  private final RoutingTable table;
  private final boolean readOnly;
  private final PacketWriter writer;
  private final Network network;
  private final RandomGenerator random;
  private final Timers timers;
  private final Witness witness;
  private final Map<Key, Waiting> waiting = new HashMap<>();

  /// Over all nodes; those in the table have one of their own.
  private final RoundTrip roundTrip = new RoundTrip();

  private long unaskedAnswers;

  public PendingQueries(
      RoutingTable table,
      boolean readOnly,
      PacketWriter writer,
      Network network,
      RandomGenerator random,
      Timers timers,
      Witness witness) {
    this.table = table;
    this.readOnly = readOnly;
    this.writer = writer;
    this.network = network;
    this.random = random;
    this.timers = timers;
    this.witness = witness;
  }

  /// Learns from every query whether a node answers.
  public interface Witness {
    void answered(Contact contact, long nowMillis);

    /// It did not answer, or another node answered there.
    void unanswered(Contact contact, long nowMillis);

    /// A node that answered says under which address it sees us.
    void seen(InetSocketAddress by, InetSocketAddress own, long nowMillis);
  }

  /// Takes the outcome of one query: first perhaps `slow`, then exactly one of the others.
  public interface Handler {
    void replied(Contact from, Packet.Reply reply, long nowMillis);

    /// It did not answer, or with a fault, see [#refused].
    void failed(long nowMillis);

    /// It answered with a fault.
    default void refused(Packet.Fault fault, long nowMillis) {
      failed(nowMillis);
    }

    /// It takes longer than usual.
    default void slow(long nowMillis) {}
  }

  private record Key(Bytes transaction, InetSocketAddress address) {
    // By hand for speed, see [NodeId#equals].

    @Override
    public boolean equals(Object other) {
      return other instanceof Key that
          && transaction.equals(that.transaction)
          && address.equals(that.address);
    }

    @Override
    public int hashCode() {
      return 31 * address.hashCode() + transaction.hashCode();
    }
  }

  private record Waiting(
      Optional<NodeId> expected,
      boolean silenceTells,
      long sentMillis,
      Handler handler,
      Timers.Timer slow,
      Timers.Timer timeout) {}

  @Override
  public void send(
      InetSocketAddress to,
      Optional<NodeId> expected,
      Method method,
      Handler handler,
      long nowMillis) {
    if (waiting.size() >= MAX_WAITING) {
      timers.at(nowMillis, handler::failed);
      return;
    }
    Key key = new Key(newTransaction(to), to);
    Timers.Timer slow = timers.at(nowMillis + slowAfterMillis(to), handler::slow);
    Timers.Timer timeout = timers.at(nowMillis + TIMEOUT_MILLIS, now -> timedOut(key, now));
    waiting.put(
        key, new Waiting(expected, !method.isOptional(), nowMillis, handler, slow, timeout));
    network.send(
        to, writer.write(new Packet.Query(key.transaction(), table.self(), method, readOnly)));
  }

  private Bytes newTransaction(InetSocketAddress to) {
    byte[] out = new byte[TRANSACTION_BYTES];
    Bytes transaction;
    do {
      random.nextBytes(out);
      transaction = Bytes.of(out);
    } while (waiting.containsKey(new Key(transaction, to)));
    return transaction;
  }

  public void onReply(InetSocketAddress from, Packet.Reply reply, long nowMillis) {
    Optional<Waiting> found = take(reply.transaction(), from);
    if (found.isEmpty()) {
      unaskedAnswers++;
      return;
    }
    Waiting query = found.get();
    query
        .expected()
        .filter(expected -> !expected.equals(reply.sender()))
        .ifPresent(gone -> witness.unanswered(new Contact(gone, from), nowMillis));
    Contact contact = new Contact(reply.sender(), from);
    witness.answered(contact, nowMillis);
    measure(from, nowMillis - query.sentMillis());
    reply.seenAs().ifPresent(own -> witness.seen(from, own, nowMillis));
    query.handler().replied(contact, reply, nowMillis);
  }

  public void onFault(InetSocketAddress from, Packet.Fault fault, long nowMillis) {
    // A fault shows that a node is there, but not which: it changes nothing in the table.
    take(fault.transaction(), from).ifPresent(query -> query.handler().refused(fault, nowMillis));
  }

  private Optional<Waiting> take(Bytes transaction, InetSocketAddress from) {
    Optional<Waiting> query = Optional.ofNullable(waiting.remove(new Key(transaction, from)));
    query.ifPresent(
        q -> {
          q.slow().cancel();
          q.timeout().cancel();
        });
    return query;
  }

  private void timedOut(Key key, long nowMillis) {
    take(key.transaction(), key.address())
        .ifPresent(
            query -> {
              query
                  .expected()
                  .filter(id -> query.silenceTells())
                  .ifPresent(id -> witness.unanswered(new Contact(id, key.address()), nowMillis));
              query.handler().failed(nowMillis);
            });
  }

  private void measure(InetSocketAddress from, long millis) {
    roundTrip.measured(millis);
    table.at(from).ifPresent(entry -> entry.roundTrip().measured(millis));
  }

  /// How long to wait for an answer before another node is asked as well: what this node usually
  /// takes if it is in the table, else what nodes usually take.
  long slowAfterMillis(InetSocketAddress to) {
    long usual = roundTrip.slowAfterMillis(FIRST_SLOW_MILLIS);
    return table.at(to).map(entry -> entry.roundTrip().slowAfterMillis(usual)).orElse(usual);
  }

  /// Answers that nothing waited for.
  public long unaskedAnswers() {
    return unaskedAnswers;
  }

  public int size() {
    return waiting.size();
  }

  /// Ends all of them as unanswered.
  void close(long nowMillis) {
    List<Key> keys = new ArrayList<>(waiting.keySet());
    for (Key key : keys) {
      take(key.transaction(), key.address()).ifPresent(query -> query.handler().failed(nowMillis));
    }
  }
}
