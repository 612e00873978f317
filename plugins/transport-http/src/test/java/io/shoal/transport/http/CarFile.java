package io.shoal.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.Varint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The content of a CAR.
///
/// @param header in DAG-CBOR
/// @param blocks in their order
record CarFile(byte[] header, List<Block> blocks) {

  record Block(Cid cid, byte[] bytes) {}

  static CarFile read(byte[] car) throws Exception {
    ByteBuffer in = ByteBuffer.wrap(car);
    byte[] header = new byte[(int) Varint.read(in)];
    in.get(header);
    List<Block> blocks = new ArrayList<>();
    while (in.hasRemaining()) {
      int size = (int) Varint.read(in);
      ByteBuffer section = in.slice(in.position(), size);
      in.position(in.position() + size);
      Cid cid = Cid.read(section);
      byte[] bytes = new byte[section.remaining()];
      section.get(bytes);
      if (cid.multihashCode() == Multihash.SHA2_256) {
        assertArrayEquals(
            cid.multihash().digest(), MessageDigest.getInstance("SHA-256").digest(bytes));
      }
      blocks.add(new Block(cid, bytes));
    }
    return new CarFile(header, blocks);
  }

  static CarFile vector(String name) throws Exception {
    return read(resource("car/" + name));
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(CarFile.class.getResourceAsStream("/vectors/" + name), name)) {
      return in.readAllBytes();
    }
  }

  List<String> cids() {
    return blocks.stream().map(block -> block.cid().toString()).toList();
  }

  void into(MapServer server) {
    blocks.forEach(block -> server.put(block.cid(), block.bytes()));
  }

  void assertRoot(Cid root) {
    byte[] end = new byte[root.sizeBytes()];
    byte[] cid = root.toBytes();
    // {"roots": [42(h'00…')], "version": 1}
    System.arraycopy(header, header.length - 9 - cid.length, end, 0, cid.length);
    assertArrayEquals(cid, end);
    assertEquals(1, header[header.length - 1]);
  }
}
