package io.shoal.discovery.kademlia.respond;

import io.shoal.discovery.kademlia.krpc.AddressPrefix;
import io.shoal.discovery.kademlia.krpc.Scope;
import io.shoal.discovery.kademlia.krpc.TokenIssuer;
import io.shoal.discovery.kademlia.routing.RoutingTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/// Bounds how large an answer may be to an address that may be forged: a query that costs its
/// sender 100 bytes must not send many times that to a victim. Single-threaded.
///
/// The rule: an address that is not proven gets at most [#MAX_FACTOR] bytes for each byte of its
/// query, in every answer. Beyond that only items, samples and scrapes go out whole, and of these
/// its network gets [#CONTENT_ANSWERS_PER_SECOND] together, each of
/// [PacketWriter#MAX_ITEM_PACKET_BYTES] at most.
///
/// An address is proven if it answered a query of ours, or came with a token that had been sent to
/// it. On this machine and in private networks all are.
public final class ReplySize {
  /// Bytes of an answer for each byte of the query. Eight contacts of either family fit; of
  /// providers, the number that is left room for.
  public static final int MAX_FACTOR = 5;

  /// Stored items, samples and filters are larger than that and of no use in parts. So many such
  /// answers go to an unproven network beyond [#MAX_FACTOR]: a victim gets 3 kB/s from us, no more.
  public static final int CONTENT_ANSWERS_PER_SECOND = 2;

  /// A reader of names asks a node for a few at once.
  public static final int CONTENT_BURST = 8;

  /// Proven addresses and networks remembered, each: about 100 kB.
  static final int MAX_REMEMBERED = 1_024;

  private static final long PROVEN_MILLIS = 2 * TokenIssuer.SECRET_LIFETIME_MILLIS;

  private final RoutingTable table;
  private final Map<InetAddress, Long> proven = bounded();
  private final Map<AddressPrefix, Budget> contents = bounded();
  private long shortened;
  private long withheld;

  ReplySize(RoutingTable table) {
    this.table = table;
  }

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MAX_REMEMBERED;
      }
    };
  }

  /// A query came with a token that had gone to its sender's address.
  void broughtToken(InetSocketAddress from, long nowMillis) {
    if (Scope.of(from.getAddress()) == Scope.GLOBAL) {
      proven.put(from.getAddress(), nowMillis);
    }
  }

  private boolean isProven(InetSocketAddress from, long nowMillis) {
    if (Scope.of(from.getAddress()) != Scope.GLOBAL || table.at(from).isPresent()) {
      return true;
    }
    Long since = proven.get(from.getAddress());
    return since != null && nowMillis - since < PROVEN_MILLIS;
  }

  /// The most bytes that may go to `from` in answer to so many.
  int maxBytes(InetSocketAddress from, int queryBytes, long nowMillis) {
    return isProven(from, nowMillis) ? Integer.MAX_VALUE : MAX_FACTOR * queryBytes;
  }

  /// Whether one more answer with content may go beyond that; counts it.
  boolean mayHoldContent(InetSocketAddress from, long nowMillis) {
    Budget budget =
        contents.computeIfAbsent(AddressPrefix.of(from.getAddress()), any -> new Budget(nowMillis));
    double refilled =
        budget.left + (nowMillis - budget.atMillis) * CONTENT_ANSWERS_PER_SECOND / 1000.0;
    budget.left = Math.min(refilled, CONTENT_BURST);
    budget.atMillis = nowMillis;
    if (budget.left < 1) {
      return false;
    }
    budget.left--;
    return true;
  }

  /// Counts an answer that was cut down.
  void shortened(boolean lostContent) {
    shortened++;
    withheld += lostContent ? 1 : 0;
  }

  /// Answers that were cut down.
  public long shortenedAnswers() {
    return shortened;
  }

  /// Those of them that left out an item, a sample or a scrape.
  public long withheldContents() {
    return withheld;
  }

  private static final class Budget {
    private double left = CONTENT_BURST;
    private long atMillis;

    Budget(long atMillis) {
      this.atMillis = atMillis;
    }
  }
}
