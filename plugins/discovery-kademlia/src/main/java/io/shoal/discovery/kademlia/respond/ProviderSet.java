package io.shoal.discovery.kademlia.respond;

import io.shoal.discovery.kademlia.krpc.Compact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The providers of one key, in no order. Single-threaded.
///
/// Packed into one array, since there may be a hundred thousand: the key, and of each provider its
/// compact form and 4 bytes with the second of its announcement and, in the top bit, whether it is
/// a seed.
final class ProviderSet {
  private static final int STAMP_BYTES = 4;
  private static final int SEED = 1 << 31;

  private static final int FIRST = NodeId.SIZE_BYTES;

  private final byte peerBytes;

  /// The next in the same bucket of the [ProviderStore].
  @Nullable ProviderSet next;

  private byte[] packed;

  ProviderSet(NodeId key, Family family) {
    this.packed = key.bytes().toArray();
    this.peerBytes = (byte) family.peerBytes();
  }

  boolean is(NodeId key) {
    ByteBuffer mine = ByteBuffer.wrap(packed);
    return mine.getLong() == key.high()
        && mine.getLong() == key.middle()
        && mine.getInt() == key.low();
  }

  NodeId key() {
    return NodeId.of(packed, 0);
  }

  private int width() {
    return peerBytes + STAMP_BYTES;
  }

  private int at(int index) {
    return FIRST + index * width();
  }

  int size() {
    return (packed.length - FIRST) / width();
  }

  /// The index of a provider, or -1.
  ///
  /// @param anyPort whether the same address with another port will do
  int indexOf(InetSocketAddress provider, boolean anyPort) {
    byte[] wanted = Compact.peer(provider).toArray();
    int compared = anyPort ? peerBytes - 2 : peerBytes;
    for (int at = FIRST; at < packed.length; at += width()) {
      if (Arrays.equals(wanted, 0, compared, packed, at, at + compared)) {
        return (at - FIRST) / width();
      }
    }
    return -1;
  }

  /// Makes room for one more, which is to be [#set].
  int grow() {
    int index = size();
    // By one alone: most sets are small, and the largest are copied in a microsecond.
    packed = Arrays.copyOf(packed, packed.length + width());
    return index;
  }

  void set(int index, InetSocketAddress provider, boolean seed, long nowMillis) {
    Compact.peer(provider).copyTo(packed, at(index));
    ByteBuffer.wrap(packed).putInt(at(index) + peerBytes, second(nowMillis) | (seed ? SEED : 0));
  }

  InetSocketAddress get(int index) {
    return Compact.peerAt(packed, at(index), peerBytes);
  }

  private int stamp(int index) {
    return ByteBuffer.wrap(packed).getInt(at(index) + peerBytes);
  }

  boolean isSeed(int index) {
    return (stamp(index) & SEED) != 0;
  }

  boolean isLive(int index, long nowMillis) {
    // Modulo 2^31, so that time may begin anywhere.
    int ageSeconds = second(nowMillis) - stamp(index) & ~SEED;
    return ageSeconds < ProviderStore.LIFETIME_MILLIS / 1000;
  }

  private static int second(long nowMillis) {
    return (int) Math.floorDiv(nowMillis, 1000L) & ~SEED;
  }

  void swap(int a, int b) {
    for (int i = 0; i < width(); i++) {
      byte swapped = packed[at(a) + i];
      packed[at(a) + i] = packed[at(b) + i];
      packed[at(b) + i] = swapped;
    }
  }

  /// Drops what has expired.
  ///
  /// @param gone takes the address of each
  /// @return how many went
  int expire(long nowMillis, Consumer<InetAddress> gone) {
    int kept = 0;
    int before = size();
    for (int i = 0; i < before; i++) {
      if (isLive(i, nowMillis)) {
        swap(kept++, i);
      } else {
        gone.accept(get(i).getAddress());
      }
    }
    if (kept < before) {
      packed = Arrays.copyOf(packed, at(kept));
    }
    return before - kept;
  }
}
