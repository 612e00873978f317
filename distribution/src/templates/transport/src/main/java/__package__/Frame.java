package __package__;

import io.shoal.api.MalformedDataException;
import io.shoal.api.Refusal;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// All that goes over a connection: one byte of type, four of the request's number, four of length,
/// and so many bytes more. Numbers are big-endian. The side that asks numbers its requests.
///
/// @param type one of the constants
/// @param request the number of the request that it is about
/// @param rest as each type says
record Frame(byte type, int request, ByteBuffer rest) {

  /// From the side that asks: the CID of a chunk.
  static final byte ASK = 1;

  /// From the side that asks: four bytes, how many bytes more of the chunk it has room for.
  static final byte ROOM = 2;

  /// From the side that asks: it wants no more of the chunk. Nothing follows.
  static final byte CANCEL = 3;

  /// From the side that answers: four bytes, the size of the chunk.
  static final byte SIZE = 4;

  /// From the side that answers: the next bytes of the chunk.
  static final byte DATA = 5;

  /// From the side that answers: the end. Nothing follows if the chunk is whole, or else a byte for
  /// the reason and four for the milliseconds after which to ask again.
  static final byte END = 6;

  static final int HEAD_SIZE_BYTES = 9;

  /// The most of a chunk that one frame holds.
  static final int MAX_DATA_SIZE_BYTES = 64 * 1024;

  private static final int MAX_RETRY_MILLIS = 60_000;

  /// Begins a frame, to which the rest is added.
  static ByteBuffer begin(byte type, int request, int restSizeBytes) {
    return ByteBuffer.allocate(HEAD_SIZE_BYTES + restSizeBytes)
        .put(type)
        .putInt(request)
        .putInt(restSizeBytes);
  }

  static ByteBuffer of(byte type, int request) {
    return begin(type, request, 0).flip();
  }

  static ByteBuffer of(byte type, int request, int number) {
    return begin(type, request, Integer.BYTES).putInt(number).flip();
  }

  static ByteBuffer of(byte type, int request, byte[] rest) {
    return begin(type, request, rest.length).put(rest).flip();
  }

  static ByteBuffer end(int request, Refusal refusal) {
    byte reason =
        switch (refusal) {
          case Refusal.Busy _ -> 1;
          case Refusal.Denied _ -> 2;
          case Refusal.Corrupt _ -> 3;
          case Refusal.Gone _ -> 4;
          default -> 0;
        };
    long millis = refusal instanceof Refusal.Busy busy ? busy.retryAfter().toMillis() : 0;
    return begin(END, request, 1 + Integer.BYTES)
        .put(reason)
        .putInt((int) Math.min(millis, MAX_RETRY_MILLIS))
        .flip();
  }

  /// The reason in an END.
  Refusal refusal() throws MalformedDataException {
    if (rest.remaining() != 1 + Integer.BYTES) {
      throw new MalformedDataException("an end with " + rest.remaining() + " bytes");
    }
    return switch (rest.get()) {
      case 0 -> new Refusal.NotHeld();
      case 1 -> new Refusal.Busy(Duration.ofMillis(Math.clamp(rest.getInt(), 0, MAX_RETRY_MILLIS)));
      case 2 -> new Refusal.Denied();
      case 3 -> new Refusal.Corrupt();
      case 4 -> new Refusal.Gone();
      default -> throw new MalformedDataException("an end for an unknown reason");
    };
  }

  /// The number in a SIZE or ROOM.
  int number(int min, int max) throws MalformedDataException {
    if (rest.remaining() != Integer.BYTES) {
      throw new MalformedDataException("a number of " + rest.remaining() + " bytes");
    }
    int number = rest.getInt();
    if (number < min || number > max) {
      throw new MalformedDataException(number + " is out of bounds");
    }
    return number;
  }

  /// Waits for the next frame.
  ///
  /// @throws MalformedDataException it is longer than any
  static Frame read(SocketChannel socket) throws IOException, MalformedDataException {
    ByteBuffer head = fill(socket, HEAD_SIZE_BYTES);
    byte type = head.get();
    int request = head.getInt();
    int size = head.getInt();
    if (size < 0 || size > MAX_DATA_SIZE_BYTES) {
      throw new MalformedDataException("a frame of " + size + " bytes");
    }
    return new Frame(type, request, fill(socket, size));
  }

  private static ByteBuffer fill(SocketChannel socket, int sizeBytes) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(sizeBytes);
    while (into.hasRemaining()) {
      if (socket.read(into) < 0) {
        throw new EOFException("the peer closed the connection");
      }
    }
    return into.flip();
  }
}
