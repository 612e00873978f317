package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.AddressPrefix;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.util.Comparator;
import java.util.Optional;

/// A node in the routing table, and how well it answers. Belongs to the table.
public final class TableEntry {
  /// How long a node counts as good after it answered (BEP 5).
  static final long GOOD_MILLIS = 15 * 60_000;

  /// Unanswered queries after which a node is bad: one may be a lost datagram.
  static final int FAILURES_UNTIL_BAD = 2;

  /// The order in which to check nodes: those that failed before those that were silent for long.
  static final Comparator<TableEntry> MOST_DOUBTFUL_FIRST =
      (a, b) ->
          a.failures != b.failures
              ? Integer.compare(b.failures, a.failures)
              : Long.compare(a.heardMillis, b.heardMillis);

  private final Contact contact;
  private final Scope scope;
  private final Optional<AddressPrefix> network;
  private final RoundTrip roundTrip = new RoundTrip();
  private long heardMillis;
  private int failures;

  /// @param network whose limit it counts against, see [AddressRules]
  TableEntry(Contact contact, Optional<AddressPrefix> network, long nowMillis) {
    this.contact = contact;
    this.scope = Scope.of(contact.address().getAddress());
    this.network = network;
    this.heardMillis = nowMillis;
  }

  Optional<AddressPrefix> network() {
    return network;
  }

  /// How far its address reaches.
  public Scope scope() {
    return scope;
  }

  public RoundTrip roundTrip() {
    return roundTrip;
  }

  public Contact contact() {
    return contact;
  }

  /// It answered a query of ours.
  void answered(long nowMillis) {
    heardMillis = nowMillis;
    failures = 0;
  }

  /// It asked us something. Once it has answered, that shows that it still lives; it does not make
  /// up for a missing answer.
  void asked(long nowMillis) {
    if (failures == 0) {
      heardMillis = nowMillis;
    }
  }

  void failed() {
    failures++;
  }

  boolean isMoreDoubtfulThan(TableEntry other) {
    return MOST_DOUBTFUL_FIRST.compare(this, other) < 0;
  }

  public boolean isGood(long nowMillis) {
    return failures == 0 && nowMillis - heardMillis < GOOD_MILLIS;
  }

  public boolean isBad() {
    return failures >= FAILURES_UNTIL_BAD;
  }

  public int failures() {
    return failures;
  }

  public long heardMillis() {
    return heardMillis;
  }
}
