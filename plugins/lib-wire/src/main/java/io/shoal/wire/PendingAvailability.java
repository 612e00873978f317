package io.shoal.wire;

import static io.shoal.wire.WireLimits.MAX_GAINED_POSITIONS;
import static io.shoal.wire.WireLimits.MAX_POSITIONS;
import static io.shoal.wire.WireLimits.MAX_SNAPSHOT_PART_SIZE_BYTES;

import io.shoal.api.Availability;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/// Updates for one watch that the peer has not taken yet, joined: however slow the peer and however
/// many the updates, at most one bitmap waits. Not thread-safe.
public final class PendingAvailability {
  private static final byte[] NOTHING = new byte[0];

  private enum Base {
    NONE,
    UNKNOWN,
    COMPLETE,
    SNAPSHOT
  }

  // The last whole report, and whether it is still to be sent.
  private Base base = Base.NONE;
  private boolean baseDue;
  private byte[] bits = NOTHING;
  private int bitsSent;
  private int size;
  private final BitSet gained = new BitSet();

  /// Adds an update. Gains that come before anything else, or after everything, change nothing.
  public void add(Availability update) {
    switch (update) {
      case Availability.Unknown _ -> replace(Base.UNKNOWN, NOTHING, 0);
      case Availability.Complete _ -> replace(Base.COMPLETE, NOTHING, 0);
      case Availability.Snapshot(BitSet have, int positions) ->
          replace(Base.SNAPSHOT, have.toByteArray(), positions);
      case Availability.Gained(int[] positions) -> gain(positions);
      // The wire has no frame for what later versions of the API add.
      default -> {}
    }
  }

  private void replace(Base newBase, byte[] newBits, int newSize) {
    if (newSize < 0 || newSize > MAX_POSITIONS || newBits.length > (newSize + 7) / 8) {
      throw new IllegalArgumentException("a snapshot of " + newSize + " positions does not fit");
    }
    base = newBase;
    baseDue = true;
    bits = newBits;
    bitsSent = 0;
    size = newSize;
    gained.clear();
  }

  private void gain(int[] positions) {
    if (base == Base.SNAPSHOT) {
      for (int position : positions) {
        if (position < MAX_POSITIONS) {
          gained.set(position);
        }
      }
    }
  }

  /// Whether there is nothing to send.
  public boolean isEmpty() {
    return !baseDue && gained.isEmpty();
  }

  /// The next frame to send, if there is any.
  ///
  /// @param id the watch's
  public Optional<Frame> next(int id) {
    if (!baseDue) {
      return gained.isEmpty() ? Optional.empty() : Optional.of(nextGained(id));
    }
    return switch (base) {
      case NONE -> Optional.empty();
      case UNKNOWN -> once(new Frame.Unknown(id));
      case COMPLETE -> once(new Frame.Complete(id));
      case SNAPSHOT -> Optional.of(nextPart(id));
    };
  }

  private Optional<Frame> once(Frame frame) {
    baseDue = false;
    return Optional.of(frame);
  }

  private Frame nextPart(int id) {
    int from = bitsSent;
    int to = Math.min(bits.length, from + MAX_SNAPSHOT_PART_SIZE_BYTES);
    boolean last = to == bits.length;
    Frame part = new Frame.Snapshot(id, size, from * 8, last, Arrays.copyOfRange(bits, from, to));
    bitsSent = to;
    if (last) {
      baseDue = false;
      bits = NOTHING;
    }
    return part;
  }

  private Frame nextGained(int id) {
    int[] positions = gained.stream().limit(MAX_GAINED_POSITIONS).toArray();
    for (int position : positions) {
      gained.clear(position);
    }
    return new Frame.Gained(id, positions);
  }
}
