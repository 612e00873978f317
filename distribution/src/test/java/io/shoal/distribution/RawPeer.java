package io.shoal.distribution;

import io.shoal.api.Cid;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// A peer that speaks `shoal/1` over a socket by what the protocol's page says, with nothing of the
/// program: so that it can lie.
final class RawPeer implements AutoCloseable {
  static final int HELLO = 0x01;
  private static final int GOODBYE = 0x02;
  private static final int PING = 0x03;
  private static final int PONG = 0x04;
  private static final int REQUEST = 0x10;
  private static final int ANSWER = 0x11;
  private static final int DATA = 0x12;
  private static final int END = 0x13;
  private static final int REFUSE = 0x14;
  private static final int CREDIT = 0x15;
  private static final int CANCEL = 0x16;
  private static final int WATCH = 0x20;
  private static final int COMPLETE = 0x23;
  private static final int MESSAGE = 0x30;
  private static final int TAKEN = 0x31;

  private static final int PIECE_BYTES = 64 * 1024;
  private static final int NOT_HELD = 1;

  /// How it answers who asks it for a chunk.
  enum Manner {
    /// With as many bytes as a leaf has, none of them right.
    WRONG_BYTES,
    /// With a byte now and then: see [RawPeer#drip].
    DRIPS,
    /// It does not have it, although it said to have everything.
    NOTHING
  }

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final Map<Integer, int[]> owed = new HashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private int watches;
  private volatile int firstRequest;

  RawPeer(Socket socket) throws IOException {
    this.socket = socket;
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  private synchronized void send(int type, byte[] body) throws IOException {
    byte[] frame =
        ByteBuffer.allocate(5 + body.length).putInt(body.length).put((byte) type).put(body).array();
    out.write(frame);
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  void hello(String scheme) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes("shoal".getBytes(StandardCharsets.US_ASCII));
    body.write(1);
    byte[] nonce = new byte[16];
    new Random().nextBytes(nonce);
    body.writeBytes(nonce);
    body.writeBytes(new byte[] {1, 0}); // takes 256 requests
    body.writeBytes(new byte[] {0, 0}); // listens nowhere
    body.write(scheme.length());
    body.writeBytes(scheme.getBytes(StandardCharsets.US_ASCII));
    body.write(3);
    body.writeBytes("raw".getBytes(StandardCharsets.US_ASCII));
    body.write(0);
    send(HELLO, body.toByteArray());
  }

  /// Takes part in the swarm of a root; again if it is called again.
  void watch(Cid root) throws IOException {
    byte[] cid = root.toBytes();
    send(
        WATCH,
        ByteBuffer.allocate(5 + cid.length)
            .putInt(++watches)
            .put((byte) cid.length)
            .put(cid)
            .array());
  }

  /// As [#watch], of no effect where the other side has closed.
  void watchQuietly(Cid root) {
    try {
      watch(root);
    } catch (IOException e) {
      // closed
    }
  }

  /// Asks for a chunk with so much credit.
  void request(int id, int credit, Cid chunk) throws IOException {
    byte[] cid = chunk.toBytes();
    send(
        REQUEST,
        ByteBuffer.allocate(10 + cid.length)
            .putInt(id)
            .putInt(credit)
            .put((byte) cid.length)
            .put(cid)
            .put((byte) 0)
            .array());
  }

  /// The type of the next frame, -1 when the other side closed.
  int nextType() throws IOException {
    int length;
    try {
      length = in.readInt();
    } catch (IOException e) {
      return -1;
    }
    int type = in.readUnsignedByte();
    in.readNBytes(length);
    return type;
  }

  /// Requests that came so far.
  int requests() {
    return requests.get();
  }

  /// Answers whatever comes in its manner, until the other side closes.
  void answerUntilClosed(Manner manner, int chunkBytes) {
    try {
      while (true) {
        int length = in.readInt();
        int type = in.readUnsignedByte();
        ByteBuffer body = ByteBuffer.wrap(in.readNBytes(length));
        if (type == GOODBYE) {
          return;
        }
        answer(type, body, manner, chunkBytes);
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void answer(int type, ByteBuffer body, Manner manner, int chunkBytes) throws IOException {
    switch (type) {
      case PING -> {
        byte[] token = new byte[body.remaining()];
        body.get(token);
        send(PONG, token);
      }
      case WATCH -> send(COMPLETE, ints(body.getInt()));
      case MESSAGE -> send(TAKEN, new byte[] {1});
      case REQUEST -> {
        int id = body.getInt();
        if (requests() == 0) {
          firstRequest = id;
        }
        if (manner == Manner.NOTHING) {
          refuse(id);
        } else {
          send(ANSWER, ints(id, chunkBytes));
          owed.put(id, new int[] {chunkBytes, body.getInt()});
          if (manner == Manner.WRONG_BYTES) {
            pay(id);
          }
        }
        // Last, so that a peer that drips finds an answer that has begun.
        requests.incrementAndGet();
      }
      case CREDIT -> {
        int id = body.getInt();
        if (owed.containsKey(id)) {
          owed.get(id)[1] += body.getInt();
          if (manner == Manner.WRONG_BYTES) {
            pay(id);
          }
        }
      }
      case CANCEL -> {
        int id = body.getInt();
        if (owed.remove(id) != null) {
          refuse(id);
        }
      }
      default -> {
        // of no interest to a liar
      }
    }
  }

  /// Sends one more byte of the first chunk that it was asked for; of no effect before that, and
  /// where the other side has closed.
  void drip() {
    try {
      if (requests() > 0) {
        send(DATA, ByteBuffer.allocate(5).putInt(firstRequest).array());
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void refuse(int id) throws IOException {
    send(REFUSE, ByteBuffer.allocate(9).putInt(id).put((byte) NOT_HELD).putInt(0).array());
  }

  private void pay(int id) throws IOException {
    int[] due = owed.get(id);
    while (due[0] > 0 && due[1] > 0) {
      int piece = Math.min(PIECE_BYTES, Math.min(due[0], due[1]));
      send(DATA, ByteBuffer.allocate(4 + piece).putInt(id).array());
      due[0] -= piece;
      due[1] -= piece;
    }
    if (due[0] == 0) {
      owed.remove(id);
      send(END, ints(id));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
