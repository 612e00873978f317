package io.shoal.wire.admission;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Accepted connections whose handshake has not ended: they have places of their own, so that those
/// who never end it take none from peers. When all places are taken the oldest connection of the
/// busiest prefix goes first. Usable from any thread.
public final class PendingHandshakes {
  /// A handshake takes some round trips, so that these are enough for some hundred peers a second;
  /// each costs a descriptor and the buffers of a TLS session.
  public static final int MAX_PENDING = 96;

  /// Of few files that may be open, these many keep one for a handshake: strangers must not take
  /// those with which the node answers its user.
  private static final int FILES_FOR_ONE = 16;

  private static final int MIN_PENDING = 4;

  // About what one operator, one site and one customer have: addresses within a prefix cost its
  // owner nothing, so the busiest is looked for in the widest, then in the next inside it.
  private static final int[] IPV4_PREFIX_BYTES = {2, 3, 4};
  private static final int[] IPV6_PREFIX_BYTES = {4, 6, 8};

  private static final int IPV4_BYTES = 4;

  /// A connection that was accepted. Told apart by identity.
  public final class Pending {
    private final byte[] address;
    private final Runnable close;
    private boolean spoke;

    private Pending(InetAddress from, Runnable close) {
      this.address = from.getAddress();
      this.close = close;
    }

    /// Its first bytes came.
    public void spoke() {
      synchronized (PendingHandshakes.this) {
        spoke = true;
      }
    }

    /// Its handshake ended, or the connection did. May be called twice.
    public void leave() {
      synchronized (PendingHandshakes.this) {
        all.remove(this);
      }
    }

    private ByteBuffer prefix(int level) {
      int[] bytes = address.length == IPV4_BYTES ? IPV4_PREFIX_BYTES : IPV6_PREFIX_BYTES;
      return ByteBuffer.wrap(address, 0, bytes[level]);
    }
  }

  private final int maxPending;

  /// Of them, connections from which no byte has come. A peer that dials sends its first bytes at
  /// once; those that send nothing must not push out the ones that have begun.
  private final int maxSilent;

  /// The oldest first.
  private final Set<Pending> all = new LinkedHashSet<>();

  /// @param openFiles how many files this process may have open
  public PendingHandshakes(long openFiles) {
    maxPending = Math.clamp(openFiles / FILES_FOR_ONE, MIN_PENDING, MAX_PENDING);
    maxSilent = maxPending / 2;
  }

  /// Takes in one more connection, for which another may have to go.
  ///
  /// @param close closes the connection; callable from any thread
  public Pending enter(InetAddress from, Runnable close) {
    Pending newcomer = new Pending(from, close);
    Optional<Pending> gone;
    synchronized (this) {
      all.add(newcomer);
      gone = all.size() > maxPending ? Optional.of(leastWorth()) : Optional.empty();
      gone.ifPresent(all::remove);
    }
    gone.ifPresent(pending -> pending.close.run());
    return newcomer;
  }

  private Pending leastWorth() {
    List<Pending> silent = all.stream().filter(pending -> !pending.spoke).toList();
    List<Pending> among =
        silent.size() > maxSilent ? silent : all.stream().filter(p -> p.spoke).toList();
    for (int level = 0; level < IPV4_PREFIX_BYTES.length; level++) {
      among = busiest(among, level);
    }
    return among.getFirst();
  }

  private static List<Pending> busiest(List<Pending> among, int level) {
    Map<ByteBuffer, List<Pending>> byPrefix = new HashMap<>();
    List<Pending> busiest = List.of();
    for (Pending pending : among) {
      List<Pending> same = byPrefix.computeIfAbsent(pending.prefix(level), _ -> new ArrayList<>());
      same.add(pending);
    }
    // In the order of age, so that of equally busy ones the one with the oldest goes.
    for (Pending pending : among) {
      List<Pending> same = byPrefix.getOrDefault(pending.prefix(level), List.of());
      busiest = same.size() > busiest.size() ? same : busiest;
    }
    return busiest;
  }
}
