package io.shoal.runtime.connection;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The message by which a downloader announces what it fetches from a peer that has everything, so
/// that others fetch something else. Byte layout: u8 length and bytes of the root's CID, u8 number
/// of positions, then each as u32: its place in the depth-first order of the DAG's chunks.
///
/// @param root the DAG that they share
/// @param positions of the chunks
public record FetchNotice(Cid root, List<Integer> positions) {

  /// As many as a peer is believed to fetch at once.
  public static final int MAX_POSITIONS = 64;

  public ByteBuffer encode() {
    int count = Math.min(positions.size(), MAX_POSITIONS);
    ByteBuffer out = ByteBuffer.allocate(MessageTypes.sizeBytes(root) + 1 + count * Integer.BYTES);
    MessageTypes.writeCid(root, out);
    out.put((byte) count);
    for (int i = 0; i < count; i++) {
      out.putInt(positions.get(i));
    }
    return out.flip();
  }

  public static FetchNotice decode(ByteBuffer in) throws PeerFaultException {
    Cid root = MessageTypes.readCid(in);
    int count = in.hasRemaining() ? in.get() & 0xff : MAX_POSITIONS + 1;
    if (count > MAX_POSITIONS || in.remaining() != count * Integer.BYTES) {
      throw new MalformedDataException("a fetch notice has no valid number of positions");
    }
    List<Integer> positions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      positions.add(in.getInt());
    }
    return new FetchNotice(root, positions);
  }
}
