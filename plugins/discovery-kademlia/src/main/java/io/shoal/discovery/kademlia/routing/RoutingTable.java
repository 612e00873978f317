package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// The nodes that this node knows, more of them the closer they are to its own id (Kademlia §2.4,
/// BEP 5). Single-threaded.
///
/// Only nodes that answered a query of ours enter: the sender of a mere query may have forged its
/// address. Bucket *i* holds the nodes that share exactly *i* leading bits with our id, the last
/// bucket all that share more; only the last one splits.
///
/// A full bucket does not keep the nodes that came first, as in Kademlia, but in each eighth of it
/// the node closest to a secret point, see [Bucket#worseThan]. Colluders that ask every node and
/// name only one another are met more often than others: they would come first, and have far more
/// than their share of each bucket. A point that only this node knows makes it irrelevant how often
/// a node is met, so the colluders' share of a bucket falls towards their share of the network, the
/// more of the network this node has met. Newcomers cannot flood the table either: to displace all
/// others an attacker needs more ids than all others together have.
///
/// Where [AddressRules] require it, a network has one node in a bucket and
/// [AddressShares#MAX_PER_NETWORK] in all: its owner cannot fill a part of the table, and a lookup
/// begins at the nodes of several owners.
public final class RoutingTable {
  private NodeId self;
  private final Preference preference;
  private final AddressRules rules;
  private final List<Bucket> buckets = new ArrayList<>();
  private final Map<InetSocketAddress, TableEntry> byAddress = new HashMap<>();
  private final AddressShares shares = new AddressShares();
  private long crowdedNodes;

  /// Until then no node is in doubt, unless it fails or comes in with an old answer; so a quiet
  /// table need not be walked all the time.
  private long allGoodUntilMillis;

  /// @param point secret, see above
  public RoutingTable(NodeId self, NodeId point, AddressRules rules, long nowMillis) {
    this.self = self;
    this.preference = new Preference(point, rules);
    this.rules = rules;
    buckets.add(new Bucket(nowMillis));
  }

  /// The own id, around which it is built.
  public NodeId self() {
    return self;
  }

  /// Rebuilds the table around another id, from the same nodes with all that is known of them.
  /// Nodes without a place wait as replacements, the best first, as far as there is room.
  public void moveTo(NodeId newSelf, long nowMillis) {
    List<TableEntry> all = new ArrayList<>();
    buckets.forEach(bucket -> all.addAll(bucket.entries()));
    all.sort(TableEntry.MOST_DOUBTFUL_FIRST.reversed());
    buckets.forEach(bucket -> all.addAll(bucket.takeReplacements()));
    buckets.clear();
    buckets.add(new Bucket(nowMillis));
    byAddress.clear();
    shares.clear();
    self = newSelf;
    all.removeIf(entry -> entry.contact().id().equals(newSelf));
    all.forEach(entry -> place(entry, nowMillis));
    buckets.forEach(Bucket::takeReplacements);
    List<TableEntry> waiting = new ArrayList<>(all);
    waiting.removeIf(entry -> byAddress.containsKey(entry.contact().address()));
    // The one that comes last is the first to get a place.
    waiting.reversed().forEach(entry -> bucketOf(entry.contact().id()).keepAsReplacement(entry));
  }

  /// The outcome of a node's answer.
  public enum Outcome {
    /// It is new in the table.
    ADDED,
    /// It was there.
    KNOWN,
    /// It took the place of another, which waits now.
    REPLACED,
    /// There is no room; it waits, in case another fails.
    WAITING,
    /// It is not wanted: our own id, an id that another node holds, or a second one of an address.
    REFUSED
  }

  /// A node answered a query of ours.
  public Outcome answered(Contact contact, long nowMillis) {
    if (contact.id().equals(self)) {
      return Outcome.REFUSED;
    }
    TableEntry sameAddress = byAddress.get(contact.address());
    if (sameAddress != null && sameAddress.contact().id().equals(contact.id())) {
      sameAddress.answered(nowMillis);
      bucketOf(contact.id()).touch(nowMillis);
      return Outcome.KNOWN;
    }
    Optional<TableEntry> sameId = find(contact.id());
    if (sameId.isPresent() && sameId.get().failures() == 0) {
      // The first node with an id keeps it as long as it answers: else any node could push another
      // out by taking its id.
      return Outcome.REFUSED;
    }
    // A node that came back under another id, or under another address.
    sameId.ifPresent(this::remove);
    if (sameAddress != null) {
      remove(sameAddress);
    }
    return place(
        new TableEntry(contact, rules.boundNetwork(contact.address()), nowMillis), nowMillis);
  }

  private Outcome place(TableEntry entry, long nowMillis) {
    Bucket bucket = bucketOf(entry.contact().id());
    if (byAddress.containsKey(entry.contact().address())) {
      return Outcome.REFUSED;
    }
    while (bucket.isFull() && isLast(bucket) && buckets.size() < NodeId.SIZE_BITS) {
      split(nowMillis);
      bucket = bucketOf(entry.contact().id());
    }
    if (shares.isCrowded(bucket, entry.network()) || shares.isHostTaken(entry)) {
      crowdedNodes++;
      return Outcome.REFUSED;
    }
    if (!bucket.isFull()) {
      add(bucket, entry, nowMillis);
      return Outcome.ADDED;
    }
    Optional<TableEntry> worse = bucket.worseThan(entry.contact(), regionBits(bucket), preference);
    if (worse.isEmpty()) {
      bucket.keepAsReplacement(entry);
      return Outcome.WAITING;
    }
    remove(worse.get());
    bucket.keepAsReplacement(worse.get());
    add(bucket, entry, nowMillis);
    return Outcome.REPLACED;
  }

  /// How many leading bits the nodes of one region of a bucket share.
  private int regionBits(Bucket bucket) {
    return Math.min(NodeId.SIZE_BITS, buckets.indexOf(bucket) + 1 + Bucket.REGION_BITS);
  }

  /// A point of a far bucket around which nodes are wanted: that of a random region.
  public NodeId wantedIn(int bucket, RandomGenerator random) {
    return self.randomAtPrefix(bucket, random)
        .headThen(regionBits(buckets.get(bucket)), preference.point());
  }

  private void add(Bucket bucket, TableEntry entry, long nowMillis) {
    bucket.add(entry, nowMillis);
    allGoodUntilMillis = 0;
    byAddress.put(entry.contact().address(), entry);
    shares.add(entry);
  }

  private boolean isLast(Bucket bucket) {
    return buckets.getLast() == bucket;
  }

  private void split(long nowMillis) {
    Bucket old = buckets.getLast();
    Bucket near = new Bucket(nowMillis);
    int depth = buckets.size() - 1;
    buckets.add(near);
    List<TableEntry> moving =
        old.entries().stream().filter(e -> prefix(e.contact().id()) > depth).toList();
    old.entries().removeAll(moving);
    near.entries().addAll(moving);
    for (TableEntry waiting : old.takeReplacements()) {
      (prefix(waiting.contact().id()) > depth ? near : old).keepAsReplacement(waiting);
    }
  }

  /// A node asked us something.
  ///
  /// @return whether it is worth a ping, because it would enter the table if it answered
  public boolean asked(Contact contact, long nowMillis) {
    TableEntry entry = byAddress.get(contact.address());
    if (entry != null && entry.contact().id().equals(contact.id())) {
      entry.asked(nowMillis);
      return false;
    }
    if (contact.id().equals(self) || entry != null && entry.isGood(nowMillis)) {
      return false;
    }
    Bucket bucket = bucketOf(contact.id());
    if (!isLast(bucket) && shares.isCrowded(bucket, rules.boundNetwork(contact.address()))) {
      return false;
    }
    boolean room =
        !bucket.isFull()
            || isLast(bucket)
            || bucket.worseThan(contact, regionBits(bucket), preference).isPresent()
            || bucket.mostDoubtful(nowMillis).isPresent();
    return room && find(contact.id()).map(e -> e.failures() > 0).orElse(true);
  }

  /// A node did not answer. One that is bad is dropped, and the replacement that came last takes
  /// its place.
  ///
  /// @return the replacement that came in and should be asked whether it still lives
  public Optional<Contact> failed(Contact contact, long nowMillis) {
    TableEntry entry = byAddress.get(contact.address());
    if (entry == null || !entry.contact().id().equals(contact.id())) {
      return Optional.empty();
    }
    entry.failed();
    allGoodUntilMillis = 0;
    if (!entry.isBad()) {
      return Optional.empty();
    }
    remove(entry);
    Bucket bucket = bucketOf(contact.id());
    while (!bucket.isFull() && bucket.hasReplacements()) {
      Optional<TableEntry> replacement = bucket.takeReplacement();
      if (replacement.filter(r -> place(r, nowMillis) == Outcome.ADDED).isPresent()) {
        return replacement.map(TableEntry::contact);
      }
    }
    return Optional.empty();
  }

  /// Whether a replacement waits for the place of a node that failed to answer: then it is worth
  /// asking that node again at once.
  public boolean isContested(Contact contact) {
    TableEntry entry = byAddress.get(contact.address());
    return entry != null && bucketOf(entry.contact().id()).hasReplacements();
  }

  /// The entry of a node, if it is in the table.
  public Optional<TableEntry> at(InetSocketAddress address) {
    return Optional.ofNullable(byAddress.get(address));
  }

  private void remove(TableEntry entry) {
    bucketOf(entry.contact().id()).entries().remove(entry);
    byAddress.remove(entry.contact().address());
    shares.remove(entry);
  }

  /// The closest known nodes that fit, closest first.
  public List<Contact> closest(NodeId target, int max, Predicate<TableEntry> fits) {
    List<Contact> out = new ArrayList<>(Math.min(max, size()) + Bucket.MAX_ENTRIES);
    // All of one step are closer than all of the next: those that differ from us where the target
    // does too, then those that share as much with the target as we do, then ever farther buckets.
    int nearest = Math.min(prefix(target), buckets.size() - 1);
    addSorted(nearest, nearest + 1, target, max, fits, out);
    if (out.size() < max) {
      addSorted(nearest + 1, buckets.size(), target, max, fits, out);
    }
    for (int i = nearest - 1; i >= 0 && out.size() < max; i--) {
      addSorted(i, i + 1, target, max, fits, out);
    }
    return out;
  }

  /// Adds the closest, closest first, up to `max` in all.
  private void addSorted(
      int from, int to, NodeId target, int max, Predicate<TableEntry> fits, List<Contact> out) {
    int start = out.size();
    for (int i = from; i < to; i++) {
      List<TableEntry> entries = buckets.get(i).entries();
      for (int j = 0; j < entries.size(); j++) {
        TableEntry entry = entries.get(j);
        if (fits.test(entry)) {
          insert(entry.contact(), start, target, max, out);
        }
      }
    }
  }

  /// By hand: this is what a node does most, a few contacts at a time.
  private static void insert(
      Contact contact, int start, NodeId target, int max, List<Contact> out) {
    int at = out.size();
    while (at > start && target.compareDistance(out.get(at - 1).id(), contact.id()) > 0) {
      at--;
    }
    if (at < max) {
      out.add(at, contact);
      if (out.size() > max) {
        out.removeLast();
      }
    }
  }

  /// The node that should be asked next whether it still lives, if any is in doubt.
  public Optional<Contact> mostDoubtful(long nowMillis) {
    if (nowMillis < allGoodUntilMillis) {
      return Optional.empty();
    }
    Optional<TableEntry> most = Optional.empty();
    long heardMillis = nowMillis;
    for (Bucket bucket : buckets) {
      Optional<TableEntry> here = bucket.mostDoubtful(nowMillis);
      if (here.isPresent() && (most.isEmpty() || here.get().isMoreDoubtfulThan(most.get()))) {
        most = here;
      }
      heardMillis = Math.min(heardMillis, bucket.heardMillis());
    }
    if (most.isEmpty()) {
      allGoodUntilMillis = heardMillis + TableEntry.GOOD_MILLIS;
    }
    return most.map(TableEntry::contact);
  }

  /// The node in whose place another would come in, if it is in doubt.
  public Optional<Contact> mostDoubtfulBeside(NodeId id, long nowMillis) {
    return bucketOf(id).mostDoubtful(nowMillis).map(TableEntry::contact);
  }

  /// The numbers of the buckets in which nothing changed for so long; each counts as changed now,
  /// so that it is named once.
  public List<Integer> takeStale(long unchangedMillis, long nowMillis) {
    List<Integer> stale = new ArrayList<>();
    for (int i = 0; i < buckets.size(); i++) {
      if (nowMillis - buckets.get(i).changedMillis() >= unchangedMillis) {
        buckets.get(i).touch(nowMillis);
        stale.add(i);
      }
    }
    return stale;
  }

  /// Nodes that got no place because their network has its share.
  public long crowdedNodes() {
    return crowdedNodes;
  }

  /// Whether all known nodes are on this machine or in a private network.
  public boolean isLocal() {
    return shares.isLocal();
  }

  /// The buckets, to be read only.
  public List<Bucket> buckets() {
    return buckets;
  }

  public int bucketCount() {
    return buckets.size();
  }

  public int size() {
    return byAddress.size();
  }

  public boolean isEmpty() {
    return byAddress.isEmpty();
  }

  public List<Contact> contacts() {
    return closest(self, Integer.MAX_VALUE, any -> true);
  }

  private Optional<TableEntry> find(NodeId id) {
    for (TableEntry entry : bucketOf(id).entries()) {
      if (entry.contact().id().equals(id)) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  private Bucket bucketOf(NodeId id) {
    return buckets.get(Math.min(prefix(id), buckets.size() - 1));
  }

  private int prefix(NodeId id) {
    return self.commonPrefixBits(id);
  }
}
