package io.shoal.discovery.kademlia;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.discovery.kademlia.krpc.NodeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What this node announces, and where: turns both into keys and places. Usable from any thread.
///
/// A content has a key for each scheme in which this node is reached. The keys are computed when
/// they are needed, so that a million contents cost no more than their ids.
final class AnnouncedContent {
  private final ProviderKey keys;
  private final BlockingCalls calls;
  private final Set<Cid> contents = new LinkedHashSet<>();
  private final Set<String> usedSchemes = new HashSet<>();
  private Map<String, List<AnnouncedEndpoint>> endpoints = Map.of();
  private int inexpressible;
  private long round;

  AnnouncedContent(ProviderKey keys, BlockingCalls calls) {
    this.keys = keys;
    this.calls = calls;
  }

  /// Where this node is reached from now on. What is announced already follows on a thread of its
  /// own.
  synchronized void reachableAt(List<PeerAddress> addresses) {
    Map<String, List<AnnouncedEndpoint>> byScheme = new LinkedHashMap<>();
    int other = 0;
    for (PeerAddress address : addresses) {
      var endpoint = AnnouncedEndpoint.of(address);
      other += endpoint.isPresent() ? 0 : 1;
      endpoint.ifPresent(
          e -> byScheme.computeIfAbsent(address.scheme(), any -> new ArrayList<>()).add(e));
    }
    inexpressible = other;
    if (byScheme.equals(endpoints)) {
      return;
    }
    endpoints = byScheme;
    usedSchemes.addAll(byScheme.keySet());
    beginAgain();
  }

  /// This machine has another address: what is announced is announced from there as well.
  synchronized void moved() {
    beginAgain();
  }

  private void beginAgain() {
    round++;
    if (!contents.isEmpty()) {
      long mine = round;
      List<Cid> now = List.copyOf(contents);
      Thread.ofVirtual().name("dht-new-endpoints").start(() -> announceAgain(now, mine));
    }
  }

  private void announceAgain(List<Cid> all, long mine) {
    try {
      for (Cid cid : all) {
        calls.awaitTurn();
        synchronized (this) {
          if (round != mine) {
            return;
          }
          if (contents.contains(cid)) {
            post(cid);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void announce(Cid cid) throws InterruptedException {
    calls.awaitTurn();
    synchronized (this) {
      if (contents.add(cid)) {
        post(cid);
      }
    }
  }

  /// Puts the keys of a content into the state in which they should be.
  private void post(Cid cid) {
    for (String scheme : usedSchemes) {
      NodeId key = keys.of(cid, scheme);
      calls.announce(key, endpoints.getOrDefault(scheme, List.of()));
    }
  }

  synchronized void withdraw(Cid cid) {
    if (contents.remove(cid)) {
      usedSchemes.forEach(scheme -> calls.withdraw(keys.of(cid, scheme)));
    }
  }

  /// Ends what [#reachableAt] began.
  synchronized void close() {
    round++;
  }

  /// How many endpoints the DHT cannot express.
  synchronized int inexpressible() {
    return inexpressible;
  }
}
