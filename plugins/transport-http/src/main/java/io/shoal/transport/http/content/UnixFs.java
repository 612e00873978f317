package io.shoal.transport.http.content;

import io.shoal.api.MalformedDataException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The UnixFS message in a dag-pb node: 1 type, 2 data, 3 file size, 4 block sizes, 5 hash type, 6
/// fanout; others are passed over.
///
/// @param data a view of the block
/// @param sizeBytes of the file; that of the data if the message has none
/// @param blockSizes bytes of the file below each link
/// @param fanout of a HAMT shard, 0 if the message has none
public record UnixFs(
    Type type, ByteBuffer data, long sizeBytes, List<Long> blockSizes, long fanout) {

  public enum Type {
    RAW,
    DIRECTORY,
    FILE,
    METADATA,
    SYMLINK,
    HAMT_SHARD;

    boolean isFile() {
      return this == RAW || this == FILE;
    }
  }

  private static final int TYPE = ProtoReader.tag(1, ProtoReader.VARINT);
  private static final int DATA = ProtoReader.tag(2, ProtoReader.BYTES);
  private static final int FILE_SIZE = ProtoReader.tag(3, ProtoReader.VARINT);
  private static final int BLOCK_SIZE = ProtoReader.tag(4, ProtoReader.VARINT);
  private static final int FANOUT = ProtoReader.tag(6, ProtoReader.VARINT);

  static UnixFs decode(ByteBuffer bytes) throws MalformedDataException {
    ProtoReader in = new ProtoReader(bytes.duplicate());
    Optional<Type> type = Optional.empty();
    ByteBuffer data = ByteBuffer.allocate(0);
    long size = -1;
    List<Long> blockSizes = new ArrayList<>();
    long fanout = 0;
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag == TYPE) {
        type = Optional.of(type(in.number()));
      } else if (tag == DATA) {
        data = in.bytes();
      } else if (tag == FILE_SIZE) {
        size = in.number();
      } else if (tag == BLOCK_SIZE) {
        blockSizes.add(in.number());
      } else if (tag == FANOUT) {
        fanout = in.number();
      } else {
        in.skip(tag);
      }
    }
    return new UnixFs(
        type.orElseThrow(() -> new MalformedDataException("a UnixFS node has no type")),
        data,
        size < 0 ? data.remaining() : size,
        blockSizes,
        fanout);
  }

  private static Type type(long number) throws MalformedDataException {
    if (number >= Type.values().length) {
      throw new MalformedDataException("a UnixFS node has the unknown type " + number);
    }
    return Type.values()[(int) number];
  }
}
