package io.shoal.discovery.kademlia;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// One iterative lookup (Kademlia §2.3, BEP 5): asks the closest known nodes for closer ones until
/// the k closest have answered.
///
/// Single-threaded, with no IO, clock or chance of its own: the owner sends what [#next] says and
/// reports what became of it.
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

  private enum State {
    KNOWN,
    ASKED,
    SLOW,
    ANSWERED,
    FAILED
  }

  private final NodeId self;
  private final TreeMap<NodeId, Contact> contacts;
  private final Map<NodeId, State> states = new HashMap<>();
  private int sent;
  private int answers;

  Lookup(NodeId self, NodeId target, List<Contact> seeds) {
    this.self = self;
    this.contacts = new TreeMap<>(target::compareDistance);
    seeds.forEach(this::offer);
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
    int live = 0;
    for (Contact contact : contacts.values()) {
      if (live >= CLOSEST || inFlight + out.size() >= PARALLELISM || sent >= MAX_QUERIES) {
        break;
      }
      switch (state(contact)) {
        case KNOWN -> {
          states.put(contact.id(), State.ASKED);
          out.add(contact);
          sent++;
          live++;
        }
        case ASKED, ANSWERED -> live++;
        // The next closest takes the place of a slow one; if that answers after all, it counts
        // again.
        case SLOW, FAILED -> {}
      }
    }
    return out;
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

  /// The closest that answered, closest first, at most [#CLOSEST].
  List<Contact> closestAnswered() {
    return contacts.values().stream()
        .filter(contact -> state(contact) == State.ANSWERED)
        .limit(CLOSEST)
        .toList();
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
