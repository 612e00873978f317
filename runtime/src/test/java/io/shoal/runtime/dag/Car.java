package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.runtime.testing.Blocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads a CARv1 archive: a header, then blocks each with their CID. The header's CBOR is passed
/// over; the roots stand in the expectations beside the file.
final class Car {
  @SuppressWarnings("ArrayRecordComponent") // a carrier that nobody compares
  record Block(Cid cid, byte[] bytes) {}

  private Car() {}

  static List<Block> read(byte[] archive) throws Exception {
    ByteBuffer in = ByteBuffer.wrap(archive);
    int header = varint(in);
    in.position(in.position() + header);
    List<Block> blocks = new ArrayList<>();
    while (in.hasRemaining()) {
      int length = varint(in);
      ByteBuffer section = in.slice(in.position(), length);
      in.position(in.position() + length);
      Cid cid = Cid.read(section);
      byte[] bytes = new byte[section.remaining()];
      section.get(bytes);
      if (cid.multihashCode() == Multihash.SHA2_256
          && !Arrays.equals(Blocks.sha256(bytes), cid.multihash().digest())) {
        throw new IOException("a block does not hash to " + cid);
      }
      blocks.add(new Block(cid, bytes));
    }
    return blocks;
  }

  private static int varint(ByteBuffer in) {
    int value = 0;
    int shift = 0;
    int b;
    do {
      b = in.get();
      value |= (b & 0x7f) << shift;
      shift += 7;
    } while (b < 0);
    return value;
  }
}
