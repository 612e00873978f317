package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.AddressPrefix;
import io.shoal.discovery.kademlia.krpc.Contact;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Up to eight nodes of one part of the key space, and up to eight that would take the place of
/// those that fail.
public final class Bucket {
  /// Kademlia's k: so many that all of them failing within an hour is unlikely.
  public static final int MAX_ENTRIES = 8;

  /// A full bucket has a node of each of eight regions, if there are any.
  static final int REGION_BITS = 3;

  static final int MAX_REPLACEMENTS = 8;

  private final List<TableEntry> entries = new ArrayList<>(MAX_ENTRIES);
  private final Deque<TableEntry> replacements = new ArrayDeque<>();
  private long changedMillis;

  Bucket(long nowMillis) {
    this.changedMillis = nowMillis;
  }

  public List<TableEntry> entries() {
    return entries;
  }

  /// Those that wait, the one that came last at the end.
  public List<TableEntry> replacements() {
    return List.copyOf(replacements);
  }

  boolean isFull() {
    return entries.size() >= MAX_ENTRIES;
  }

  /// When a node in it last answered or came in.
  long changedMillis() {
    return changedMillis;
  }

  void touch(long nowMillis) {
    changedMillis = nowMillis;
  }

  void add(TableEntry entry, long nowMillis) {
    replacements.removeIf(other -> isSame(other, entry));
    entries.add(entry);
    touch(nowMillis);
  }

  /// The entry of a full bucket in whose place a node is rather wanted, if any is. Each region has
  /// a place if it has a node, which makes lookups shorter; within a region distance decides.
  ///
  /// @param newcomer that node
  /// @param regionBits how many leading bits two of one region share
  /// @param preference of two in one region the better is wanted
  Optional<TableEntry> worseThan(Contact newcomer, int regionBits, Preference preference) {
    TableEntry worst = null;
    for (int i = 0; i < entries.size(); i++) {
      Contact other = entries.get(i).contact();
      if (other.id().commonPrefixBits(newcomer.id()) >= regionBits
          && (worst == null || preference.isBetter(worst.contact(), other))) {
        worst = entries.get(i);
      }
    }
    if (worst != null) {
      return preference.isBetter(newcomer, worst.contact()) ? Optional.of(worst) : Optional.empty();
    }
    // No node of its region is here, so another region has two or more.
    for (int i = 0; i < entries.size(); i++) {
      Contact contact = entries.get(i).contact();
      if (!preference.isAbove(contact, newcomer) && hasBetter(contact, regionBits, preference)) {
        return Optional.of(entries.get(i));
      }
    }
    return Optional.empty();
  }

  private boolean hasBetter(Contact contact, int regionBits, Preference preference) {
    for (int i = 0; i < entries.size(); i++) {
      Contact other = entries.get(i).contact();
      if (other.id().commonPrefixBits(contact.id()) >= regionBits
          && preference.isBetter(other, contact)) {
        return true;
      }
    }
    return false;
  }

  /// Keeps a node for later; the one that waited longest gives way.
  void keepAsReplacement(TableEntry entry) {
    replacements.removeIf(other -> isSame(other, entry));
    if (replacements.size() >= MAX_REPLACEMENTS) {
      replacements.removeFirst();
    }
    replacements.addLast(entry);
  }

  /// Takes the latest replacement out.
  Optional<TableEntry> takeReplacement() {
    return Optional.ofNullable(replacements.pollLast());
  }

  List<TableEntry> takeReplacements() {
    List<TableEntry> all = List.copyOf(replacements);
    replacements.clear();
    return all;
  }

  /// When the entry that was silent for longest was last heard of; far ahead if there is none.
  long heardMillis() {
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < entries.size(); i++) {
      oldest = Math.min(oldest, entries.get(i).heardMillis());
    }
    return oldest;
  }

  /// The entry that should be asked whether it still lives, unless all are good.
  Optional<TableEntry> mostDoubtful(long nowMillis) {
    TableEntry most = null;
    for (int i = 0; i < entries.size(); i++) {
      TableEntry entry = entries.get(i);
      if (!entry.isGood(nowMillis) && (most == null || entry.isMoreDoubtfulThan(most))) {
        most = entry;
      }
    }
    return Optional.ofNullable(most);
  }

  /// Whether one of its nodes lies in that network.
  boolean holds(AddressPrefix network) {
    for (int i = 0; i < entries.size(); i++) {
      Optional<AddressPrefix> other = entries.get(i).network();
      if (other.isPresent() && other.get().equals(network)) {
        return true;
      }
    }
    return false;
  }

  boolean hasReplacements() {
    return !replacements.isEmpty();
  }

  /// Whether one of them takes the other's place: the same node, or another of its network.
  private static boolean isSame(TableEntry a, TableEntry b) {
    return a.contact().id().equals(b.contact().id())
        || a.contact().address().equals(b.contact().address())
        || a.network().isPresent() && a.network().equals(b.network());
  }
}
