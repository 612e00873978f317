package io.shoal.wire;

import static io.shoal.wire.WireLimits.MAX_WATCHES;

import io.shoal.api.Availability;
import io.shoal.api.PeerFaultException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The watches that this side holds at the peer, and the snapshots that are coming in parts.
final class OwnWatches {

  private static final byte[] NOTHING = new byte[0];

  private static final class Watch {
    boolean snapshotSeen;
    // Grows with what arrives, so that a peer must send what it makes us hold.
    byte[] bits = NOTHING;
    int due = -1;
  }

  private final Map<Integer, Watch> open = new HashMap<>();
  private int lastId;

  int add() {
    if (open.size() >= MAX_WATCHES) {
      throw new IllegalStateException("more than " + MAX_WATCHES + " watches");
    }
    open.put(++lastId, new Watch());
    return lastId;
  }

  boolean remove(int id) {
    return open.remove(id) != null;
  }

  /// The watch if it is still wanted: updates for one that was ended may still be on the way.
  private Optional<Watch> wanted(int id) throws PeerFaultException {
    if (id > lastId) {
      throw new PeerFaultException(
          "the peer has an update for watch " + id + ", which does not exist");
    }
    return Optional.ofNullable(open.get(id));
  }

  /// Takes in a report that replaces all before it.
  ///
  /// @return whether the watch is still wanted
  boolean replaced(int id) throws PeerFaultException {
    Optional<Watch> watch = wanted(id);
    watch.ifPresent(
        w -> {
          w.snapshotSeen = false;
          w.bits = NOTHING;
          w.due = -1;
        });
    return watch.isPresent();
  }

  Optional<Availability> part(Frame.Snapshot part) throws PeerFaultException {
    Optional<Watch> wanted = wanted(part.id());
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    Watch watch = wanted.get();
    int firstByte = part.firstPosition() / 8;
    if (firstByte == 0) {
      watch.bits = NOTHING;
    } else if (watch.due != part.size() || watch.bits.length != firstByte) {
      throw new PeerFaultException("the parts of a snapshot do not follow each other");
    }
    watch.due = part.size();
    watch.snapshotSeen = false;
    watch.bits = Arrays.copyOf(watch.bits, firstByte + part.bits().length);
    System.arraycopy(part.bits(), 0, watch.bits, firstByte, part.bits().length);
    if (!part.last()) {
      requireProgress(part);
      return Optional.empty();
    }
    Availability.Snapshot whole =
        new Availability.Snapshot(BitSet.valueOf(watch.bits), part.size());
    watch.bits = NOTHING;
    watch.due = -1;
    watch.snapshotSeen = true;
    return Optional.of(whole);
  }

  private static void requireProgress(Frame.Snapshot part) throws PeerFaultException {
    if (part.bits().length == 0) {
      throw new PeerFaultException("a part of a snapshot that is not the last one is empty");
    }
  }

  boolean gained(int id) throws PeerFaultException {
    Optional<Watch> watch = wanted(id);
    if (watch.isPresent() && !watch.get().snapshotSeen) {
      throw new PeerFaultException(
          "the peer reports what it gained before it reported what it has");
    }
    return watch.isPresent();
  }
}
