package io.shoal.discovery.kademlia.lookup;

import io.shoal.discovery.kademlia.krpc.AddressPrefix;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.Density;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// One iterative lookup (Kademlia §2.3, BEP 5): asks the closest known nodes for closer ones until
/// the k closest have answered.
///
/// Single-threaded, without IO, clock or randomness: the owner sends the queries that [#next]
/// returns and reports their outcome.
///
/// **That it ends.** A contact is asked at most once and at most [#MAX_QUERIES] are; each query is
/// reported as answered, failed or slow within the bound of [PendingQueries]. So [#next] returns
/// nothing and nothing is in flight after finitely many steps, whatever other nodes answer.
///
/// **The result.** [#next] walks the contacts from the closest on, asks each that was not asked
/// yet, and stops at the k-th that is *live*: answered or in flight. So when it has nothing to ask
/// and nothing is in flight, every contact that was ever named here and is closer than the farthest
/// of the k has answered, has failed, was silent for longer than nearly all answers take, or is
/// barred by a rule. If k answered, that is [LookupEnd#ENOUGH]: no node that answered knows a
/// closer one, though each named the eight closest it knows. Where tables are right no closer node
/// is missed: let S be the largest part of the key space around the target, of those that share a
/// prefix with it, that holds fewer than k nodes. Each node of S keeps all others of S, since none
/// of its buckets there is full; so with the first answer from S all of S is named, and S is the
/// closest of all. If fewer than k answered, the walk ran to the end of what is known:
/// [LookupEnd#EXHAUSTED]. Contacts beyond [#MAX_CONTACTS] are forgotten, the farthest first: that
/// matters only if more than 120 closer ones do not answer, and then the end is not `ENOUGH`.
///
/// **Against colluders.** Colluders name only one another: from the first answer on those closest
/// to the target, which are closer than any honest node known by then and would fill the k. But
/// being few they lie farther apart than the k closest of all do, see [Density]. So [#next] walks
/// on beyond the k-th live contact while that lies implausibly far, to the honest nodes that were
/// pushed aside and name closer honest ones, until k live ones lie as close together as nodes do,
/// or [#MAX_LIVE] are live: that bounds the cost where the distance is only chance, and where there
/// are no more.
public final class Lookup {
  /// Kademlia's alpha: queries in flight that are neither answered nor slow.
  static final int PARALLELISM = 4;

  /// Kademlia's k.
  public static final int CLOSEST = 8;

  /// Contacts remembered besides those that were asked, the closest ones: room for many dead ones
  /// among them.
  static final int MAX_CONTACTS = 128;

  /// Queries a lookup may send in all. One in a network of ten million nodes takes about 40; more
  /// means that it is led astray.
  static final int MAX_QUERIES = 200;

  /// Live ones after which it ends even if the k closest lie implausibly far apart: more than
  /// colluders name by eight, and few where it is only chance.
  static final int MAX_LIVE = 3 * CLOSEST;

  /// Queries to nodes that cannot count: they may know others, but must not use up the bound.
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

  /// Closest first.
  private final List<Candidate> candidates = new ArrayList<>();

  /// The first that was named of each network.
  private final Map<AddressPrefix, Candidate> firstOfNetwork = new HashMap<>();

  private int unasked;
  private int inFlight;
  private int slow;
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
    seeds.forEach(this::offer);
  }

  /// The share of a lookup, if it is one of several.
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

  /// A node that was named, and its state in this lookup.
  private final class Candidate {
    private final Contact contact;
    private final boolean counts;
    private final Optional<AddressPrefix> network;
    private State state = State.KNOWN;

    /// Whether others of its network were named: nearly never, which saves looking.
    private boolean hasNeighbours;

    Candidate(Contact contact) {
      this.contact = contact;
      this.counts = rules.mayCount(contact);
      this.network = rules.boundNetwork(contact.address());
      if (network.isPresent()) {
        Candidate first = firstOfNetwork.putIfAbsent(network.get(), this);
        if (first != null) {
          first.hasNeighbours = true;
          hasNeighbours = true;
        }
      }
    }

    void become(State next) {
      inFlight += (next == State.ASKED ? 1 : 0) - (state == State.ASKED ? 1 : 0);
      unasked -= state == State.KNOWN ? 1 : 0;
      slow += (next == State.SLOW ? 1 : 0) - (state == State.SLOW ? 1 : 0);
      state = next;
    }

    boolean isAsked() {
      return state == State.ASKED || state == State.ANSWERED;
    }

    /// Whether it is the closest of its network; takes the network.
    boolean occupies(Set<AddressPrefix> networks) {
      return !hasNeighbours || networks.add(network.orElseThrow());
    }
  }

  private void offer(Contact contact) {
    if (contact.id().equals(self)) {
      return;
    }
    int at = find(contact.id());
    if (at >= 0) {
      return;
    }
    candidates.add(-at - 1, new Candidate(contact));
    unasked++;
    if (unasked > MAX_CONTACTS) {
      forgetFarthest();
    }
  }

  private void forgetFarthest() {
    int last = candidates.size() - 1;
    while (candidates.get(last).state != State.KNOWN) {
      last--;
    }
    candidates.remove(last);
    unasked--;
  }

  /// The index of an id; if it is absent, minus its index-to-be minus one.
  private int find(NodeId id) {
    int low = 0;
    int high = candidates.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = target.compareDistance(candidates.get(middle).contact.id(), id);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return -low - 1;
  }

  /// The candidate of a node that was asked.
  private Optional<Candidate> candidate(Contact contact) {
    int at = find(contact.id());
    return at < 0 ? Optional.empty() : Optional.of(candidates.get(at));
  }

  /// The nodes to ask now.
  List<Contact> next() {
    List<Contact> out = new ArrayList<>();
    Set<AddressPrefix> networks = new HashSet<>();
    int live = 0;
    boolean enough = false;
    for (int i = 0; i < candidates.size(); i++) {
      if (enough || inFlight >= share.parallelism() || sent >= share.maxQueries()) {
        break;
      }
      Candidate candidate = candidates.get(i);
      if (candidate.state == State.KNOWN && mayAsk(candidate, networks)) {
        ask(candidate, out);
      }
      // The next closest takes the place of a slow one; if that answers after all, it counts again.
      if (candidate.isAsked() && candidate.counts && candidate.occupies(networks)) {
        live++;
        enough = live >= MAX_LIVE || live >= CLOSEST && isPlausible(candidate.contact);
      }
    }
    return out;
  }

  /// Whether the k closest may reach that far.
  private boolean isPlausible(Contact kth) {
    return target.distancePart(kth.id()) <= share.radius();
  }

  private boolean mayAsk(Candidate candidate, Set<AddressPrefix> networks) {
    return (candidate.counts || uncounted < MAX_UNCOUNTED_QUERIES)
        && (!candidate.hasNeighbours || !networks.contains(candidate.network.orElseThrow()));
  }

  private void ask(Candidate candidate, List<Contact> out) {
    if (!share.claim().test(candidate.contact)) {
      candidate.become(State.BARRED);
      return;
    }
    candidate.become(State.ASKED);
    out.add(candidate.contact);
    sent++;
    uncounted += candidate.counts ? 0 : 1;
  }

  /// A node that was asked answered with contacts.
  void answered(Contact from, List<Contact> closer) {
    answers++;
    candidate(from).ifPresent(candidate -> candidate.become(State.ANSWERED));
    closer.forEach(this::offer);
  }

  void failed(Contact contact) {
    candidate(contact).ifPresent(candidate -> candidate.become(State.FAILED));
  }

  /// A node takes long; it may still answer.
  void slow(Contact contact) {
    candidate(contact)
        .filter(candidate -> candidate.state == State.ASKED)
        .ifPresent(candidate -> candidate.become(State.SLOW));
  }

  /// Whether nothing more is to be learned: the closest that answer have answered. Call after
  /// [#next].
  boolean finished() {
    // As long as no node at all answered, the slow ones are the only hope.
    return inFlight == 0 && (answers > 0 || slow == 0);
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
    return candidates.stream()
        .takeWhile(candidate -> !candidate.contact.id().equals(farthest))
        .noneMatch(candidate -> candidate.state == State.KNOWN && candidate.counts);
  }

  /// The closest that answered and count, closest first, at most [#CLOSEST].
  List<Contact> closestAnswered() {
    return closestAnswered(CLOSEST);
  }

  /// The nodes at which to store something: the closest, and as many again if others may have been
  /// hidden.
  List<Contact> holders() {
    List<Contact> closest = closestAnswered();
    return closest.size() < CLOSEST || isPlausible(closest.getLast())
        ? closest
        : closestAnswered(2 * CLOSEST);
  }

  private List<Contact> closestAnswered(int max) {
    Set<AddressPrefix> networks = new HashSet<>();
    List<Contact> out = new ArrayList<>(max);
    for (int i = 0; i < candidates.size() && out.size() < max; i++) {
      Candidate candidate = candidates.get(i);
      if (candidate.state == State.ANSWERED && candidate.counts && candidate.occupies(networks)) {
        out.add(candidate.contact);
      }
    }
    return List.copyOf(out);
  }

  int answers() {
    return answers;
  }
}
