package io.shoal.wire;

import static io.shoal.wire.WireLimits.MAX_WATCHES;

import io.shoal.api.PeerFaultException;
import java.util.HashSet;
import java.util.Set;

/// The watches that the peer holds here.
final class PeerWatches {
  private final Set<Integer> open = new HashSet<>();
  private int lastId;

  void watched(int id) throws PeerFaultException {
    if (id <= lastId) {
      throw new PeerFaultException("the peer used the id of watch " + id + " again");
    }
    if (open.size() >= MAX_WATCHES) {
      throw new PeerFaultException("the peer holds more than " + MAX_WATCHES + " watches");
    }
    lastId = id;
    open.add(id);
  }

  void unwatched(int id) throws PeerFaultException {
    if (!open.remove(id)) {
      throw new PeerFaultException("the peer ends watch " + id + ", which is not open");
    }
  }

  boolean isOpen(int id) {
    return open.contains(id);
  }
}
