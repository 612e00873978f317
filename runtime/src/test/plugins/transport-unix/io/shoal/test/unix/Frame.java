package io.shoal.test.unix;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Refusal;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;

/// A frame: four bytes of length, one of type, eight of id, the rest by type.
record Frame(byte type, long id, ByteBuffer rest) {

  static final byte HELLO = 0;
  static final byte REQUEST = 1;
  static final byte SIZE = 2;
  static final byte DATA = 3;
  static final byte END = 4;
  static final byte REFUSE = 5;
  static final byte CANCEL = 6;
  static final byte CREDIT = 7;
  static final byte WATCH = 8;
  static final byte NEWS = 9;
  static final byte UNWATCH = 10;
  static final byte MESSAGE = 11;

  /// A snapshot of 2^23 positions is the largest thing that is sent.
  private static final int MAX_REST_SIZE_BYTES = (1 << 20) + 64;

  static ByteBuffer of(byte type, long id, byte[]... parts) {
    int size = 9;
    for (byte[] part : parts) {
      size += part.length;
    }
    ByteBuffer frame = ByteBuffer.allocate(4 + size).putInt(size).put(type).putLong(id);
    for (byte[] part : parts) {
      frame.put(part);
    }
    return frame.flip();
  }

  static Frame read(SocketChannel channel) throws IOException, MalformedDataException {
    ByteBuffer head = fill(channel, ByteBuffer.allocate(13));
    int rest = head.getInt() - 9;
    if (rest < 0 || rest > MAX_REST_SIZE_BYTES) {
      throw new MalformedDataException("a frame of " + rest + " bytes");
    }
    return new Frame(head.get(), head.getLong(), fill(channel, ByteBuffer.allocate(rest)));
  }

  private static ByteBuffer fill(SocketChannel channel, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new EOFException("the peer closed the connection");
      }
    }
    return into.flip();
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  static byte[] bytes(ByteBuffer from) {
    byte[] bytes = new byte[from.remaining()];
    from.get(bytes);
    return bytes;
  }

  static String text(ByteBuffer from) {
    return StandardCharsets.UTF_8.decode(from).toString();
  }

  static ByteBuffer request(long id, ChunkRequest request) {
    byte[] root = request.root().map(Cid::toBytes).orElse(new byte[0]);
    return of(REQUEST, id, request.cid().toBytes(), root);
  }

  static ChunkRequest request(ByteBuffer from) throws MalformedDataException {
    Cid cid = Cid.read(from);
    return new ChunkRequest(
        cid, from.hasRemaining() ? Optional.of(Cid.read(from)) : Optional.empty());
  }

  static ByteBuffer refusal(long id, Refusal refusal) {
    return switch (refusal) {
      case Refusal.NotHeld no -> of(REFUSE, id, new byte[] {0});
      case Refusal.Busy busy ->
          of(REFUSE, id, new byte[] {1}, number((int) busy.retryAfter().toMillis()));
      case Refusal.Denied no -> of(REFUSE, id, new byte[] {2});
      case Refusal.Corrupt no -> of(REFUSE, id, new byte[] {3});
      case Refusal.Gone no -> of(REFUSE, id, new byte[] {4});
      default -> of(REFUSE, id, new byte[] {0});
    };
  }

  static Refusal refusal(ByteBuffer from) throws MalformedDataException {
    return switch (from.get()) {
      case 0 -> new Refusal.NotHeld();
      case 1 -> new Refusal.Busy(Duration.ofMillis(Math.clamp(from.getInt(), 0, 60_000)));
      case 2 -> new Refusal.Denied();
      case 3 -> new Refusal.Corrupt();
      case 4 -> new Refusal.Gone();
      default -> throw new MalformedDataException("an unknown refusal");
    };
  }

  /// Empty for what this protocol has no frame for.
  static Optional<ByteBuffer> news(long id, Availability news) {
    return switch (news) {
      case Availability.Complete all -> Optional.of(of(NEWS, id, new byte[] {0}));
      case Availability.Snapshot some ->
          Optional.of(of(NEWS, id, new byte[] {1}, number(some.size()), some.have().toByteArray()));
      case Availability.Gained more -> {
        ByteBuffer positions = ByteBuffer.allocate(4 * more.positions().length);
        positions.asIntBuffer().put(more.positions());
        yield Optional.of(of(NEWS, id, new byte[] {2}, positions.array()));
      }
      case Availability.Unknown unknown -> Optional.of(of(NEWS, id, new byte[] {3}));
      default -> Optional.empty();
    };
  }

  static Availability news(ByteBuffer from) throws MalformedDataException {
    return switch (from.get()) {
      case 0 -> new Availability.Complete();
      case 1 -> {
        int size = from.getInt();
        yield new Availability.Snapshot(BitSet.valueOf(from), size);
      }
      case 2 -> {
        int[] positions = new int[from.remaining() / 4];
        from.asIntBuffer().get(positions);
        yield new Availability.Gained(positions);
      }
      case 3 -> new Availability.Unknown();
      default -> throw new MalformedDataException("unknown news");
    };
  }
}
