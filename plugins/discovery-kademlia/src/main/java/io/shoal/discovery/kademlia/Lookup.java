package io.shoal.discovery.kademlia;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/// One iterative lookup (Kademlia §2.3, BEP 5): asks the closest known nodes for closer ones until
/// the k closest have answered.
///
/// Single-threaded, with no IO, clock or chance of its own: the owner sends what [#next] says and
/// reports what became of it.
///
/// **That it ends.** A contact is asked at most once and at most [#MAX_QUERIES] are; each query is
/// reported as answered, failed or slow within the bound of [Requests]. So [#next] returns nothing
/// and nothing is in flight after finitely many steps, whatever the others answer.
///
/// **What is known then.** [#next] walks the contacts from the closest on, asks each that nobody
/// asked yet, and stops at the k-th that is *live*: answered or in flight. So when it has nothing
/// to ask and nothing is in flight, every contact that was ever named here and is closer than the
/// farthest of the k has answered, has failed, was silent for longer than nearly all answers take,
/// or is barred by a rule. If k answered, that is [LookupEnd#ENOUGH]: nobody who answered knows of
/// anybody closer, though each named the eight closest it knows. Where tables are right no closer
/// node is missed: let S be the largest part of the key space around the target, of those that
/// share a prefix with it, that holds fewer than k nodes. Each node of S keeps all others of S,
/// since none of its buckets there is full; so with the first answer from S all of S is named, and
/// S is the closest of all. If fewer than k answered, the walk ran to the end of what is known:
/// [LookupEnd#EXHAUSTED]. Contacts beyond [#MAX_CONTACTS] are forgotten, the farthest first: that
/// matters only if more than 120 closer ones do not answer, and then the end is not `ENOUGH`.
///
/// **Against those who name only their own.** Colluders name the closest of them from the first
/// answer on, who are closer than any honest node known by then and would fill the k. But being few
/// they lie farther apart than the k closest of all do, see [Density]. So [#next] walks on beyond
/// the k-th live contact while that lies implausibly far, to the honest ones that were pushed
/// aside, who name closer honest ones, until k live ones lie as close together as nodes do, or
/// [#MAX_LIVE] are live: that keeps the bound where it is only chance, and where there are no more.
final class Lookup {
  /// Kademlia's alpha: queries in flight that are neither answered nor slow.
  static final int PARALLELISM = 4;

  /// Kademlia's k.
  static final int CLOSEST = 8;

  /// Contacts remembered, the closest ones: room for many dead ones among them.
  static final int MAX_CONTACTS = 128;

  /// Queries a lookup may send in all. One in a network of ten million nodes takes about 40; more
  /// means that somebody leads it astray.
  static final int MAX_QUERIES = 200;

  /// Live ones after which it ends even if the k closest lie implausibly far apart: more than
  /// colluders name by eight, and few where it is only chance.
  static final int MAX_LIVE = 3 * CLOSEST;

  /// Queries to nodes that cannot count: they may know somebody, but must not use up the bound.
  static final int MAX_UNCOUNTED_QUERIES = CLOSEST;

  private enum State {
    KNOWN,
    ASKED,
    SLOW,
    ANSWERED,
    FAILED,
    BARRED
  }

  private final NodeId self;
  private final NodeId target;
  private final AddressRules rules;
  private final Share share;
  private final TreeMap<NodeId, Contact> contacts;
  private final Map<NodeId, State> states = new HashMap<>();
  private int sent;
  private int uncounted;
  private int answers;

  Lookup(NodeId self, NodeId target, List<Contact> seeds) {
    this(self, target, seeds, AddressRules.none(), Share.ALL);
  }

  Lookup(NodeId self, NodeId target, List<Contact> seeds, AddressRules rules, Share share) {
    this.self = self;
    this.target = target;
    this.rules = rules;
    this.share = share;
    this.contacts = new TreeMap<>(target::compareDistance);
    seeds.forEach(this::offer);
  }

  /// What a lookup may use, if it is one of several.
  ///
  /// @param parallelism queries in flight
  /// @param maxQueries queries in all
  /// @param claim takes a contact for this lookup; false if another has it
  /// @param radius how far its k closest may plausibly reach, see [Density]
  record Share(int parallelism, int maxQueries, Predicate<Contact> claim, double radius) {
    static final Share ALL = ofAll(Density.UNKNOWN);

    /// All, if there is only one.
    static Share ofAll(double radius) {
      return new Share(PARALLELISM, MAX_QUERIES, contact -> true, radius);
    }
  }

  private void offer(Contact contact) {
    if (contact.id().equals(self) || contacts.containsKey(contact.id())) {
      return;
    }
    contacts.put(contact.id(), contact);
    states.put(contact.id(), State.KNOWN);
    if (contacts.size() > MAX_CONTACTS) {
      states.remove(contacts.pollLastEntry().getKey(), State.KNOWN);
    }
  }

  /// Whom to ask now.
  List<Contact> next() {
    List<Contact> out = new ArrayList<>();
    long inFlight = states.values().stream().filter(state -> state == State.ASKED).count();
    Set<AddressPrefix> networks = new HashSet<>();
    int live = 0;
    boolean enough = false;
    for (Contact contact : contacts.values()) {
      if (enough || inFlight + out.size() >= share.parallelism() || sent >= share.maxQueries()) {
        break;
      }
      boolean counts = rules.mayCount(contact);
      boolean isAsked =
          switch (state(contact)) {
            case KNOWN -> mayAsk(contact, counts, networks) && ask(contact, counts, out);
            case ASKED, ANSWERED -> true;
            // The next closest takes the place of a slow one; if that answers after all, it counts
            // again.
            case SLOW, FAILED, BARRED -> false;
          };
      if (isAsked && counts && occupies(contact, networks)) {
        live++;
        enough = live >= MAX_LIVE || live >= CLOSEST && isPlausible(contact);
      }
    }
    return out;
  }

  /// Whether the k closest may reach that far.
  private boolean isPlausible(Contact kth) {
    return target.distancePart(kth.id()) <= share.radius();
  }

  private boolean mayAsk(Contact contact, boolean counts, Set<AddressPrefix> networks) {
    return (counts || uncounted < MAX_UNCOUNTED_QUERIES)
        && rules
            .boundNetwork(contact.address())
            .map(network -> !networks.contains(network))
            .orElse(true);
  }

  private boolean ask(Contact contact, boolean counts, List<Contact> out) {
    if (!share.claim().test(contact)) {
      states.put(contact.id(), State.BARRED);
      return false;
    }
    states.put(contact.id(), State.ASKED);
    out.add(contact);
    sent++;
    uncounted += counts ? 0 : 1;
    return true;
  }

  /// Whether it is the closest of its network; takes the network.
  private boolean occupies(Contact contact, Set<AddressPrefix> networks) {
    return rules.boundNetwork(contact.address()).map(networks::add).orElse(true);
  }

  /// A node that was asked answered with contacts.
  void answered(Contact from, List<Contact> closer) {
    answers++;
    states.put(from.id(), State.ANSWERED);
    closer.forEach(this::offer);
  }

  void failed(Contact contact) {
    states.put(contact.id(), State.FAILED);
  }

  /// A node takes long; it may still answer.
  void slow(Contact contact) {
    states.replace(contact.id(), State.ASKED, State.SLOW);
  }

  /// Whether nothing more is to be learned: the closest that answer have answered. Call after
  /// [#next].
  boolean finished() {
    boolean waiting = states.containsValue(State.ASKED);
    // As long as nobody at all answered, slow ones are all the hope there is.
    return !waiting && (answers > 0 || !states.containsValue(State.SLOW));
  }

  /// Why it ended; once it is [#finished].
  LookupEnd end() {
    if (answers == 0) {
      return LookupEnd.NOBODY_ANSWERED;
    }
    if (closestAnswered().size() >= CLOSEST) {
      return sent < share.maxQueries() || isProven() ? LookupEnd.ENOUGH : LookupEnd.LIMIT_REACHED;
    }
    return sent >= share.maxQueries() ? LookupEnd.LIMIT_REACHED : LookupEnd.EXHAUSTED;
  }

  /// Whether the last query that was allowed happened to be the last that was due.
  private boolean isProven() {
    NodeId farthest = closestAnswered().getLast().id();
    return contacts.headMap(farthest).values().stream()
        .noneMatch(contact -> state(contact) == State.KNOWN && rules.mayCount(contact));
  }

  /// The closest that answered and count, closest first, at most [#CLOSEST].
  List<Contact> closestAnswered() {
    return closestAnswered(CLOSEST);
  }

  /// Where something is to be kept: the closest, and as many again if others may have been hidden.
  List<Contact> holders() {
    List<Contact> closest = closestAnswered();
    return closest.size() < CLOSEST || isPlausible(closest.getLast())
        ? closest
        : closestAnswered(2 * CLOSEST);
  }

  private List<Contact> closestAnswered(int max) {
    Set<AddressPrefix> networks = new HashSet<>();
    return contacts.values().stream()
        .filter(contact -> state(contact) == State.ANSWERED && rules.mayCount(contact))
        .filter(contact -> occupies(contact, networks))
        .limit(max)
        .toList();
  }

  /// All that it remembers, closest first.
  List<Contact> known() {
    return List.copyOf(contacts.values());
  }

  int answers() {
    return answers;
  }

  int queriesSent() {
    return sent;
  }

  private State state(Contact contact) {
    return states.getOrDefault(contact.id(), State.KNOWN);
  }
}
