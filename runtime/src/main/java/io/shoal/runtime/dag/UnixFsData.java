package io.shoal.runtime.dag;

import io.shoal.api.MalformedDataException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/// The UnixFS message in a dag-pb node's Data.
///
/// @param type what the node is
/// @param data file bytes, a symbolic link's target, or a shard's bitmap. Not to be changed
/// @param fileSize file bytes in and below the node
/// @param blockSizes file bytes below each link. Not to be changed
/// @param hashType the hash function of a sharded folder's names
/// @param fanout how many buckets a shard has
/// @param attributes rights and time
// Never compared; boxes for a thousand sizes a node would cost more than the node.
@SuppressWarnings("ArrayRecordComponent")
public record UnixFsData(
    Type type,
    Optional<byte[]> data,
    OptionalLong fileSize,
    long[] blockSizes,
    OptionalLong hashType,
    OptionalLong fanout,
    UnixFsAttributes attributes) {

  /// The kinds of node.
  enum Type {
    RAW(0),
    DIRECTORY(1),
    FILE(2),
    METADATA(3),
    SYMLINK(4),
    HAMT_SHARD(5);

    private final int number;

    Type(int number) {
      this.number = number;
    }
  }

  private static final int MTIME_SECONDS = ProtoReader.tag(1, ProtoReader.VARINT);
  private static final int MTIME_NANOS = ProtoReader.tag(2, ProtoReader.FIXED32);
  private static final long[] NONE = {};

  public static UnixFsData folder() {
    return new UnixFsData(
        Type.DIRECTORY,
        Optional.empty(),
        OptionalLong.empty(),
        NONE,
        OptionalLong.empty(),
        OptionalLong.empty(),
        UnixFsAttributes.NONE);
  }

  /// A file's inner node.
  public static UnixFsData fileNode(long fileSize, long[] blockSizes) {
    return new UnixFsData(
        Type.FILE,
        Optional.empty(),
        OptionalLong.of(fileSize),
        blockSizes,
        OptionalLong.empty(),
        OptionalLong.empty(),
        UnixFsAttributes.NONE);
  }

  /// The same with rights and time.
  public UnixFsData with(UnixFsAttributes other) {
    return new UnixFsData(type, data, fileSize, blockSizes, hashType, fanout, other);
  }

  public static UnixFsData shard(byte[] bitmap, int fanout) {
    return new UnixFsData(
        Type.HAMT_SHARD,
        Optional.of(bitmap),
        OptionalLong.empty(),
        NONE,
        OptionalLong.of(HamtShard.MURMUR3_X64_64),
        OptionalLong.of(fanout),
        UnixFsAttributes.NONE);
  }

  static UnixFsData decode(byte[] bytes) throws MalformedDataException {
    return new Decoder(new ProtoReader(ByteBuffer.wrap(bytes))).decode();
  }

  public byte[] encode() {
    int size = ProtoWriter.numberSize(type.number);
    size += data.map(d -> ProtoWriter.bytesSize(d.length)).orElse(0);
    size += sizeOf(fileSize) + sizeOf(hashType) + sizeOf(fanout) + attributes.encodedSize();
    for (long blockSize : blockSizes) {
      size += ProtoWriter.numberSize(blockSize);
    }
    ProtoWriter out = new ProtoWriter(size).number(1, type.number);
    data.ifPresent(d -> out.bytes(2, d));
    fileSize.ifPresent(n -> out.number(3, n));
    for (long blockSize : blockSizes) {
      out.number(4, blockSize);
    }
    hashType.ifPresent(n -> out.number(5, n));
    fanout.ifPresent(n -> out.number(6, n));
    attributes.write(out);
    return out.finish();
  }

  private static int sizeOf(OptionalLong number) {
    return number.isPresent() ? ProtoWriter.numberSize(number.getAsLong()) : 0;
  }

  private static final class Decoder {
    private final ProtoReader in;
    private int seen;
    private Optional<Type> type = Optional.empty();
    private Optional<byte[]> data = Optional.empty();
    private OptionalLong fileSize = OptionalLong.empty();
    private long[] blockSizes = NONE;
    private int blockCount;
    private OptionalLong hashType = OptionalLong.empty();
    private OptionalLong fanout = OptionalLong.empty();
    private UnixFsAttributes attributes = UnixFsAttributes.NONE;

    Decoder(ProtoReader in) {
      this.in = in;
    }

    UnixFsData decode() throws MalformedDataException {
      while (in.hasMore()) {
        field(in.tag());
      }
      return new UnixFsData(
          type.orElseThrow(() -> new MalformedDataException("a UnixFS node has no type")),
          data,
          fileSize,
          Arrays.copyOf(blockSizes, blockCount),
          hashType,
          fanout,
          attributes);
    }

    private void field(int tag) throws MalformedDataException {
      int field = tag >>> 3;
      boolean repeats = field == 4;
      // Numbers that repeat may be packed into one field: a reader takes both (protobuf).
      boolean packed = repeats && (tag & 7) == ProtoReader.BYTES;
      boolean bytes = field == 2 || field == 8 || packed;
      if (field > 8
          || (tag & 7) != (bytes ? ProtoReader.BYTES : ProtoReader.VARINT)
          || !repeats && (seen & 1 << field) != 0) {
        throw new MalformedDataException(
            "a UnixFS node has an unknown or repeated field (tag " + tag + ")");
      }
      seen |= 1 << field;
      switch (field) {
        case 1 -> type = Optional.of(type(in.size()));
        case 2 -> data = Optional.of(copy(in.bytes()));
        case 3 -> fileSize = OptionalLong.of(in.size());
        case 4 -> {
          if (!packed) {
            addBlockSize(in.size());
            return;
          }
          ProtoReader sizes = new ProtoReader(in.bytes());
          while (sizes.hasMore()) {
            addBlockSize(sizes.size());
          }
        }
        case 5 -> hashType = OptionalLong.of(in.size());
        case 6 -> fanout = OptionalLong.of(in.size());
        case 7 -> attributes = attributes.withMode(in.number());
        default -> time(new ProtoReader(in.bytes()));
      }
    }

    private static Type type(long number) throws MalformedDataException {
      for (Type type : Type.values()) {
        if (type.number == number) {
          return type;
        }
      }
      throw new MalformedDataException("a UnixFS node has the unknown type " + number);
    }

    private static byte[] copy(ByteBuffer view) {
      byte[] copy = new byte[view.remaining()];
      view.get(copy);
      return copy;
    }

    private void addBlockSize(long size) {
      if (blockCount == blockSizes.length) {
        blockSizes = Arrays.copyOf(blockSizes, Math.max(16, blockCount * 2));
      }
      blockSizes[blockCount++] = size;
    }

    private void time(ProtoReader time) throws MalformedDataException {
      long seconds = 0;
      int nanos = 0;
      while (time.hasMore()) {
        int tag = time.tag();
        if (tag == MTIME_SECONDS) {
          seconds = time.number();
        } else if (tag == MTIME_NANOS) {
          nanos = time.fixed32();
        } else {
          throw new MalformedDataException("a UnixFS time has an unknown field (tag " + tag + ")");
        }
      }
      attributes = attributes.withTime(seconds, nanos);
    }
  }
}
