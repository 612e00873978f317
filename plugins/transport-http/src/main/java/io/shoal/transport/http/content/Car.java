package io.shoal.transport.http.content;

import io.shoal.api.Cid;
import io.shoal.api.Varint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The format CARv1: a header, then sections of a CID and a chunk, each after its length.
public final class Car {
  private static final int CBOR_BYTES_OF_ONE_LENGTH_BYTE = 0x58;

  private Car() {}

  /// The header `{roots: [root], version: 1}` in DAG-CBOR, after its length.
  public static byte[] header(Cid root) {
    int cidSize = root.sizeBytes() + 1;
    ByteBuffer cbor = ByteBuffer.allocate(32 + cidSize);
    cbor.put((byte) 0xa2);
    text(cbor, "roots");
    cbor.put((byte) 0x81);
    // Tag 42, and the byte of the identity multibase before the CID.
    cbor.put((byte) 0xd8).put((byte) 42);
    if (cidSize < 24) {
      cbor.put((byte) (0x40 | cidSize));
    } else {
      cbor.put((byte) CBOR_BYTES_OF_ONE_LENGTH_BYTE).put((byte) cidSize);
    }
    cbor.put((byte) 0).put(root.toBytes());
    text(cbor, "version");
    cbor.put((byte) 1);
    cbor.flip();
    ByteBuffer header = ByteBuffer.allocate(Varint.size(cbor.limit()) + cbor.limit());
    Varint.write(cbor.limit(), header);
    return header.put(cbor).array();
  }

  private static void text(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    out.put((byte) (0x60 | bytes.length)).put(bytes);
  }

  /// What stands before the bytes of a chunk.
  public static byte[] sectionHead(Cid cid, int sizeBytes) {
    long length = (long) cid.sizeBytes() + sizeBytes;
    ByteBuffer head = ByteBuffer.allocate(Varint.size(length) + cid.sizeBytes());
    Varint.write(length, head);
    cid.write(head);
    return head.array();
  }
}
