package io.shoal.wire;

import static io.shoal.wire.WireLimits.DATA_PREFIX_SIZE_BYTES;
import static io.shoal.wire.WireLimits.HEAD_SIZE_BYTES;
import static io.shoal.wire.WireLimits.MAX_SKIPPED_SIZE_BYTES;

import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Cuts a stream into frames, however the network cut it. Confined to one thread.
///
/// Never holds chunk bytes: it points to those of DATA frames in the input, as they arrive.
/// Everything else is decoded in place if it arrived whole, and collected if not; what is collected
/// is bounded by the type's limit, and its length is checked before room is made.
public final class FrameReader {

  /// Takes what was read, in order.
  public interface Sink {
    /// A whole frame; of a DATA frame its head, followed by calls of [#chunkBytes].
    void frame(Frame frame) throws PeerFaultException;

    /// Further bytes of the last DATA frame.
    ///
    /// @param index where they begin, counted as the input's own absolute index
    /// @param sizeBytes at least 1
    void chunkBytes(int index, int sizeBytes) throws PeerFaultException;
  }

  private enum Part {
    HEAD,
    BODY,
    CHUNK,
    SKIPPED
  }

  private final ByteBuffer head = ByteBuffer.allocate(HEAD_SIZE_BYTES);
  private Part part = Part.HEAD;
  private boolean greeted;
  private long begun;
  private FrameType type = FrameType.HELLO;
  private int bodyBytes;
  // Of the body: still to come before it can be decoded, or passed on, or read past.
  private int due;
  private ByteBuffer collected = ByteBuffer.allocate(0);

  /// For a stream that begins with a hello.
  public FrameReader() {}

  /// For a further stream of a connection, whose hello came on another one.
  public static FrameReader afterHello() {
    FrameReader reader = new FrameReader();
    reader.greeted = true;
    return reader;
  }

  /// Reads all that is in `in`; its position ends at its limit. Unusable once this threw.
  ///
  /// @throws PeerFaultException the bytes are not what the protocol allows, or `sink` says so
  public void read(ByteBuffer in, Sink sink) throws PeerFaultException {
    while (in.hasRemaining()) {
      switch (part) {
        case HEAD -> head(in);
        case BODY -> body(in, sink);
        case CHUNK -> chunk(in, sink);
        case SKIPPED -> skip(in);
      }
    }
  }

  /// The number of the frame of which a part is here and a part is not, counted from 1; 0 between
  /// two frames.
  public long unfinished() {
    return part == Part.HEAD && head.position() == 0 ? 0 : begun;
  }

  private void head(ByteBuffer in) throws PeerFaultException {
    if (head.position() == 0) {
      begun++;
    }
    while (head.hasRemaining() && in.hasRemaining()) {
      head.put(in.get());
    }
    if (head.hasRemaining()) {
      return;
    }
    head.flip();
    long length = head.getInt() & 0xffffffffL;
    int code = head.get() & 0xff;
    head.clear();
    if (!greeted && code != FrameType.HELLO.code()) {
      throw new PeerFaultException(
          "the peer does not speak shoal/1, or speaks it with another scheme: no hello");
    }
    greeted = true;
    if (code >= FrameType.FIRST_SKIPPABLE) {
      beginSkipping(code, length);
    } else {
      begin(code, length);
    }
  }

  private void beginSkipping(int code, long length) throws PeerFaultException {
    if (length > MAX_SKIPPED_SIZE_BYTES) {
      throw tooLong("0x%02x".formatted(code), length);
    }
    due = (int) length;
    part = due == 0 ? Part.HEAD : Part.SKIPPED;
  }

  private void begin(int code, long length) throws PeerFaultException {
    Optional<FrameType> known = FrameType.of(code);
    if (known.isEmpty()) {
      throw new PeerFaultException(
          "the peer sent a frame of type 0x%02x, which this version must know and does not"
              .formatted(code));
    }
    type = known.get();
    if (!type.allows(length)) {
      throw tooLong(type.name(), length);
    }
    bodyBytes = (int) length;
    due = type == FrameType.DATA ? DATA_PREFIX_SIZE_BYTES : bodyBytes;
    part = Part.BODY;
  }

  private static PeerFaultException tooLong(String type, long length) {
    return new PeerFaultException(
        "a frame " + type + " of the peer's has " + length + " bytes, which is not allowed");
  }

  private void body(ByteBuffer in, Sink sink) throws PeerFaultException {
    if (collected.position() == 0 && in.remaining() >= due) {
      ByteBuffer body = in.slice(in.position(), due);
      in.position(in.position() + due);
      decoded(body, sink);
      return;
    }
    if (collected.position() == 0) {
      collected = ByteBuffer.allocate(due);
    }
    int taken = Math.min(collected.remaining(), in.remaining());
    collected.put(in.slice(in.position(), taken));
    in.position(in.position() + taken);
    if (!collected.hasRemaining()) {
      ByteBuffer body = collected.flip();
      collected = ByteBuffer.allocate(0);
      decoded(body, sink);
    }
  }

  private void decoded(ByteBuffer body, Sink sink) throws PeerFaultException {
    part = Part.HEAD;
    Frame frame = FrameCodec.decode(type, bodyBytes, body);
    if (frame instanceof Frame.Data data) {
      due = data.sizeBytes();
      part = Part.CHUNK;
    }
    sink.frame(frame);
  }

  private void chunk(ByteBuffer in, Sink sink) throws PeerFaultException {
    int taken = Math.min(due, in.remaining());
    int index = in.position();
    in.position(index + taken);
    due -= taken;
    part = due == 0 ? Part.HEAD : Part.CHUNK;
    sink.chunkBytes(index, taken);
  }

  private void skip(ByteBuffer in) {
    int taken = Math.min(due, in.remaining());
    in.position(in.position() + taken);
    due -= taken;
    part = due == 0 ? Part.HEAD : Part.SKIPPED;
  }
}
