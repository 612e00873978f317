package io.shoal.transport.http.content;

import io.shoal.api.Cid;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;

/// The chunks that an answer has already. It remembers the last 65,536, which take 5 MiB: of a
/// larger DAG a chunk may then be sent twice, which the one that asks takes as well.
final class SeenBlocks {
  private static final int MAX_SEEN = 1 << 16;

  /// The last bytes of a digest, as good as all of it: a collision would need 2^64 chunks.
  private record Key(long high, long low) {}

  private final LinkedHashSet<Key> seen = new LinkedHashSet<>();

  /// Whether a chunk is new.
  boolean add(Cid cid) {
    boolean added = seen.add(key(cid));
    if (seen.size() > MAX_SEEN) {
      seen.removeFirst();
    }
    return added;
  }

  private static Key key(Cid cid) {
    ByteBuffer bytes = ByteBuffer.wrap(cid.toBytes());
    if (bytes.limit() < 2 * Long.BYTES) {
      bytes = ByteBuffer.allocate(2 * Long.BYTES).put(bytes).rewind();
    }
    int at = bytes.limit() - 2 * Long.BYTES;
    return new Key(bytes.getLong(at), bytes.getLong(at + Long.BYTES));
  }
}
