package io.shoal.wire;

import static io.shoal.wire.WireLimits.HEAD_SIZE_BYTES;
import static io.shoal.wire.WireLimits.MAX_GOODBYE_SIZE_BYTES;
import static io.shoal.wire.WireLimits.MAX_POSITIONS;
import static io.shoal.wire.WireLimits.MAX_RETRY_AFTER_MILLIS;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerFaultException;
import io.shoal.api.Refusal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/// Frames to bytes and back. Strict: there is one way to write a frame, and a body must be used up
/// (except a hello's, which later versions may append to).
public final class FrameCodec {
  private static final int NOT_HELD = 1;
  private static final int BUSY = 2;
  private static final int DENIED = 3;
  private static final int CORRUPT = 4;
  private static final int GONE = 5;

  private FrameCodec() {}

  /// How many bytes [#encode] writes: all of the frame, but of a DATA frame not the chunk's bytes.
  public static int sizeBytes(Frame frame) {
    int body = bodyBytes(frame);
    return HEAD_SIZE_BYTES + (frame instanceof Frame.Data data ? body - data.sizeBytes() : body);
  }

  /// Writes a frame at the buffer's position; it must have room for [#sizeBytes] bytes. The caller
  /// keeps to the limits of [WireLimits].
  public static void encode(Frame frame, ByteBuffer out) {
    out.putInt(bodyBytes(frame)).put((byte) typeOf(frame).code());
    switch (frame) {
      case Frame.Hello hello -> HelloCodec.write(hello, out);
      case Frame.Goodbye goodbye -> out.put((byte) goodbye.code().code()).put(text(goodbye));
      case Frame.Ping ping -> out.putLong(ping.token());
      case Frame.Pong pong -> out.putLong(pong.token());
      case Frame.Request request -> write(request, out);
      case Frame.Answer answer -> out.putInt(answer.id()).putInt(answer.sizeBytes());
      case Frame.Data data -> out.putInt(data.id());
      case Frame.End end -> out.putInt(end.id());
      case Frame.Refuse refuse -> write(refuse, out);
      case Frame.Credit credit -> out.putInt(credit.id()).putInt(credit.sizeBytes());
      case Frame.Cancel cancel -> out.putInt(cancel.id());
      case Frame.Watch watch -> write(watch.root(), out.putInt(watch.id()));
      case Frame.Unwatch unwatch -> out.putInt(unwatch.id());
      case Frame.Unknown unknown -> out.putInt(unknown.id());
      case Frame.Complete complete -> out.putInt(complete.id());
      case Frame.Snapshot part -> write(part, out);
      case Frame.Gained gained -> write(gained, out);
      case Frame.Message message -> out.putShort((short) message.type()).put(message.bytes());
      case Frame.Taken taken -> out.put((byte) taken.count());
    }
  }

  private static void write(Frame.Request request, ByteBuffer out) {
    out.putInt(request.id()).putInt(request.creditBytes());
    write(request.cid(), out);
    if (request.root().isPresent()) {
      write(request.root().get(), out);
    } else {
      out.put((byte) 0);
    }
  }

  private static void write(Frame.Refuse refuse, ByteBuffer out) {
    long millis = refuse.reason() instanceof Refusal.Busy busy ? busy.retryAfter().toMillis() : 0;
    out.putInt(refuse.id()).put((byte) codeOf(refuse.reason()));
    out.putInt(Math.clamp(millis, 0, MAX_RETRY_AFTER_MILLIS));
  }

  private static void write(Frame.Snapshot part, ByteBuffer out) {
    out.putInt(part.id()).putInt(part.size()).putInt(part.firstPosition());
    out.put((byte) (part.last() ? 1 : 0)).put(part.bits());
  }

  private static void write(Frame.Gained gained, ByteBuffer out) {
    out.putInt(gained.id());
    for (int position : gained.positions()) {
      out.putInt(position);
    }
  }

  private static void write(Cid cid, ByteBuffer out) {
    out.put((byte) cid.sizeBytes());
    cid.write(out);
  }

  private static byte[] text(Frame.Goodbye goodbye) {
    byte[] bytes = goodbye.text().getBytes(StandardCharsets.US_ASCII);
    return bytes.length <= MAX_GOODBYE_SIZE_BYTES
        ? bytes
        : Arrays.copyOf(bytes, MAX_GOODBYE_SIZE_BYTES);
  }

  private static int bodyBytes(Frame frame) {
    return switch (frame) {
      case Frame.Hello hello -> HelloCodec.bodyBytes(hello);
      case Frame.Goodbye goodbye -> 1 + text(goodbye).length;
      case Frame.Ping _, Frame.Pong _, Frame.Answer _, Frame.Credit _ -> 8;
      case Frame.Request r ->
          4 + 4 + 2 + r.cid().sizeBytes() + r.root().map(Cid::sizeBytes).orElse(0);
      case Frame.Data data -> WireLimits.DATA_PREFIX_SIZE_BYTES + data.sizeBytes();
      case Frame.Refuse _ -> 4 + 1 + 4;
      case Frame.Watch watch -> 4 + 1 + watch.root().sizeBytes();
      case Frame.End _, Frame.Cancel _, Frame.Unwatch _, Frame.Unknown _, Frame.Complete _ -> 4;
      case Frame.Snapshot part -> 4 + 4 + 4 + 1 + part.bits().length;
      case Frame.Gained gained -> 4 + 4 * gained.positions().length;
      case Frame.Message message -> 2 + message.bytes().length;
      case Frame.Taken _ -> 1;
    };
  }

  private static FrameType typeOf(Frame frame) {
    return switch (frame) {
      case Frame.Hello _ -> FrameType.HELLO;
      case Frame.Goodbye _ -> FrameType.GOODBYE;
      case Frame.Ping _ -> FrameType.PING;
      case Frame.Pong _ -> FrameType.PONG;
      case Frame.Request _ -> FrameType.REQUEST;
      case Frame.Answer _ -> FrameType.ANSWER;
      case Frame.Data _ -> FrameType.DATA;
      case Frame.End _ -> FrameType.END;
      case Frame.Refuse _ -> FrameType.REFUSE;
      case Frame.Credit _ -> FrameType.CREDIT;
      case Frame.Cancel _ -> FrameType.CANCEL;
      case Frame.Watch _ -> FrameType.WATCH;
      case Frame.Unwatch _ -> FrameType.UNWATCH;
      case Frame.Unknown _ -> FrameType.UNKNOWN;
      case Frame.Complete _ -> FrameType.COMPLETE;
      case Frame.Snapshot _ -> FrameType.SNAPSHOT;
      case Frame.Gained _ -> FrameType.GAINED;
      case Frame.Message _ -> FrameType.MESSAGE;
      case Frame.Taken _ -> FrameType.TAKEN;
    };
  }

  /// Reads the body of a frame whose length its type allows. Of a DATA frame `in` holds the id
  /// only.
  ///
  /// @param bodyBytes the length that the frame's head gave
  static Frame decode(FrameType type, int bodyBytes, ByteBuffer in) throws PeerFaultException {
    Frame frame;
    try {
      frame = body(type, bodyBytes, in);
    } catch (BufferUnderflowException e) {
      throw new PeerFaultException("a frame " + type + " of the peer's ends in its middle", e);
    } catch (MalformedDataException e) {
      throw new PeerFaultException(
          "a frame " + type + " of the peer's holds a malformed id: " + e.getMessage(), e);
    }
    if (in.hasRemaining() && type != FrameType.HELLO) {
      throw new PeerFaultException(
          "a frame " + type + " of the peer's has " + in.remaining() + " bytes too many");
    }
    return frame;
  }

  private static Frame body(FrameType type, int bodyBytes, ByteBuffer in)
      throws PeerFaultException, MalformedDataException {
    return switch (type) {
      case HELLO -> HelloCodec.read(in);
      case GOODBYE -> goodbye(in);
      case PING -> new Frame.Ping(in.getLong());
      case PONG -> new Frame.Pong(in.getLong());
      case REQUEST -> request(in);
      case ANSWER -> new Frame.Answer(id(in), in.getInt());
      case DATA -> new Frame.Data(id(in), bodyBytes - WireLimits.DATA_PREFIX_SIZE_BYTES);
      case END -> new Frame.End(id(in));
      case REFUSE -> refuse(in);
      case CREDIT -> new Frame.Credit(id(in), in.getInt());
      case CANCEL -> new Frame.Cancel(id(in));
      case WATCH -> watch(in);
      case UNWATCH -> new Frame.Unwatch(id(in));
      case UNKNOWN -> new Frame.Unknown(id(in));
      case COMPLETE -> new Frame.Complete(id(in));
      case SNAPSHOT -> snapshot(in);
      case GAINED -> gained(in);
      case MESSAGE -> new Frame.Message(in.getShort() & 0xffff, rest(in));
      case TAKEN -> new Frame.Taken(in.get() & 0xff);
    };
  }

  private static int id(ByteBuffer in) throws PeerFaultException {
    int id = in.getInt();
    if (id < 1) {
      throw new PeerFaultException("an id in a frame of the peer's is not between 1 and 2^31 - 1");
    }
    return id;
  }

  private static byte[] rest(ByteBuffer in) {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    return bytes;
  }

  private static Frame goodbye(ByteBuffer in) throws PeerFaultException {
    GoodbyeCode code = GoodbyeCode.of(in.get() & 0xff);
    return new Frame.Goodbye(code, HelloCodec.printable(rest(in), "goodbye"));
  }

  private static Frame request(ByteBuffer in) throws PeerFaultException, MalformedDataException {
    int id = id(in);
    int credit = in.getInt();
    Cid cid = cid(in).orElseThrow(() -> new PeerFaultException("a request names no chunk"));
    return new Frame.Request(id, credit, cid, cid(in));
  }

  private static Frame watch(ByteBuffer in) throws PeerFaultException, MalformedDataException {
    int id = id(in);
    return new Frame.Watch(
        id, cid(in).orElseThrow(() -> new PeerFaultException("a watch names no root")));
  }

  private static Optional<Cid> cid(ByteBuffer in)
      throws PeerFaultException, MalformedDataException {
    int length = in.get() & 0xff;
    if (length == 0) {
      return Optional.empty();
    }
    if (length > Cid.MAX_BYTES) {
      throw new PeerFaultException("a content id has " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    Cid cid = Cid.fromBytes(bytes);
    if (cid.isIdentity()) {
      throw new PeerFaultException("the peer asks for an id that carries its content itself");
    }
    return Optional.of(cid);
  }

  private static Frame refuse(ByteBuffer in) throws PeerFaultException {
    int id = id(in);
    int code = in.get() & 0xff;
    int millis = in.getInt();
    if (millis < 0 || millis > (code == BUSY ? MAX_RETRY_AFTER_MILLIS : 0)) {
      throw new PeerFaultException("a refusal asks to wait for " + millis + " ms");
    }
    return new Frame.Refuse(id, refusalOf(code, millis));
  }

  private static int codeOf(Refusal reason) {
    return switch (reason) {
      case Refusal.NotHeld _ -> NOT_HELD;
      case Refusal.Busy _ -> BUSY;
      case Refusal.Denied _ -> DENIED;
      case Refusal.Corrupt _ -> CORRUPT;
      case Refusal.Gone _ -> GONE;
      // The wire has no word for what later versions of the API add.
      default -> NOT_HELD;
    };
  }

  private static Refusal refusalOf(int code, int millis) throws PeerFaultException {
    return switch (code) {
      case NOT_HELD -> new Refusal.NotHeld();
      case BUSY -> new Refusal.Busy(Duration.ofMillis(millis));
      case DENIED -> new Refusal.Denied();
      case CORRUPT -> new Refusal.Corrupt();
      case GONE -> new Refusal.Gone();
      default -> throw new PeerFaultException("a refusal has the unknown reason " + code);
    };
  }

  private static Frame snapshot(ByteBuffer in) throws PeerFaultException {
    int id = id(in);
    int size = in.getInt();
    int first = in.getInt();
    int last = in.get() & 0xff;
    byte[] bits = rest(in);
    boolean inside =
        size >= 0
            && size <= MAX_POSITIONS
            && first >= 0
            && first % 8 == 0
            && first + 8L * bits.length <= (size + 7L) / 8 * 8;
    if (!inside || last > 1) {
      throw new PeerFaultException("a part of a snapshot does not fit: size " + size);
    }
    int spare = (int) Math.max(0, first + 8L * bits.length - size);
    if (spare > 0 && (bits[bits.length - 1] & 0xff) >>> (8 - spare) != 0) {
      throw new PeerFaultException("a snapshot has bits past its size");
    }
    return new Frame.Snapshot(id, size, first, last == 1, bits);
  }

  private static Frame gained(ByteBuffer in) throws PeerFaultException {
    int id = id(in);
    if (in.remaining() % 4 != 0) {
      throw new PeerFaultException("a list of gained positions is not a multiple of 4 bytes");
    }
    int[] positions = new int[in.remaining() / 4];
    int before = -1;
    for (int i = 0; i < positions.length; i++) {
      positions[i] = in.getInt();
      if (positions[i] <= before || positions[i] >= MAX_POSITIONS) {
        throw new PeerFaultException("gained positions do not grow or pass 2^23");
      }
      before = positions[i];
    }
    return new Frame.Gained(id, positions);
  }
}
