package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.NodeIdentity;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;

/// A peer made by hand from `protocol-tcp.md`, on a real socket: TLS as a node speaks it, and
/// frames as a test likes. One thread may send while another receives.
final class WirePeer implements AutoCloseable {
  static final int HELLO = 0x01;
  static final int GOODBYE = 0x02;
  static final int REQUEST = 0x10;
  static final int ANSWER = 0x11;
  static final int REFUSE = 0x14;
  static final int WATCH = 0x20;
  static final int UNKNOWN = 0x22;
  static final int MESSAGE = 0x30;
  static final int TAKEN = 0x31;

  private static final String PROTOCOL = "shoal/1";
  private static final int HEAD_SIZE_BYTES = 5;
  private static final int BUFFER_SIZE_BYTES = 1 << 18;

  /// A frame.
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  record Received(int type, byte[] body) {}

  private final Socket socket;
  private final SSLEngine engine;
  private final TlsContext tls;
  private final ByteBuffer encrypted = ByteBuffer.allocate(BUFFER_SIZE_BYTES).flip();
  private final ByteBuffer plain = ByteBuffer.allocate(BUFFER_SIZE_BYTES);
  private final ArrayDeque<Received> frames = new ArrayDeque<>();

  private WirePeer(Socket socket, SSLEngine engine, TlsContext tls) throws IOException {
    this.socket = socket;
    this.engine = engine;
    this.tls = tls;
    socket.setSoTimeout((int) ShoalProcess.PATIENCE.toMillis());
    handshake();
  }

  /// Connects to a node.
  ///
  /// @param address `tcps://HOST:PORT`, with or without a peer id
  static WirePeer dial(String address, NodeIdentity as) throws IOException {
    return dial(address, as, PROTOCOL);
  }

  static WirePeer dial(String address, NodeIdentity as, String protocol) throws IOException {
    URI uri = URI.create(address);
    TlsContext tls = as.tls(protocol);
    return new WirePeer(
        new Socket(uri.getHost(), uri.getPort()), tls.clientEngine(Optional.empty()), tls);
  }

  /// Waits for a node that connects.
  static WirePeer accept(ServerSocket listening, NodeIdentity as) throws IOException {
    TlsContext tls = as.tls(PROTOCOL);
    return new WirePeer(listening.accept(), tls.serverEngine(), tls);
  }

  private void handshake() throws IOException {
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> {
          Runnable task = engine.getDelegatedTask();
          while (task != null) {
            task.run();
            task = engine.getDelegatedTask();
          }
        }
        case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  private synchronized void wrap(ByteBuffer bytes) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(BUFFER_SIZE_BYTES);
    do {
      engine.wrap(bytes, out);
    } while (bytes.hasRemaining());
    socket.getOutputStream().write(out.array(), 0, out.position());
  }

  /// Reads until the engine made something of it.
  private void unwrap() throws IOException {
    while (true) {
      SSLEngineResult result = engine.unwrap(encrypted, plain);
      switch (result.getStatus()) {
        case OK -> {
          return;
        }
        case CLOSED -> throw new EOFException("the node closed");
        case BUFFER_OVERFLOW -> throw new IOException("more than a test needs");
        case BUFFER_UNDERFLOW -> {
          encrypted.compact();
          int read =
              socket
                  .getInputStream()
                  .read(encrypted.array(), encrypted.position(), encrypted.remaining());
          if (read < 0) {
            throw new EOFException("the node closed");
          }
          encrypted.position(encrypted.position() + read).flip();
        }
      }
    }
  }

  /// The peer on the other side.
  PeerId other() throws Exception {
    return tls.peerId(engine.getSession());
  }

  byte[] binding() {
    return tls.channelBinding(engine.getSession());
  }

  void send(int type, byte[] body) throws IOException {
    wrap(
        ByteBuffer.allocate(HEAD_SIZE_BYTES + body.length)
            .putInt(body.length)
            .put((byte) type)
            .put(body)
            .flip());
  }

  void hello() throws IOException {
    byte[] nonce = new byte[16];
    new Random(System.nanoTime()).nextBytes(nonce);
    var body = new ByteArrayOutputStream();
    body.writeBytes("shoal".getBytes(StandardCharsets.US_ASCII));
    body.write(1);
    body.writeBytes(nonce);
    body.writeBytes(new byte[] {1, 0, 0, 0}); // 256 requests, listens nowhere
    body.write(4);
    body.writeBytes("tcps".getBytes(StandardCharsets.US_ASCII));
    body.writeBytes(new byte[] {0, 0}); // no agent, no features
    send(HELLO, body.toByteArray());
  }

  void message(int type, byte[] bytes) throws IOException {
    send(MESSAGE, ByteBuffer.allocate(2 + bytes.length).putShort((short) type).put(bytes).array());
  }

  void request(int id, byte[] cid) throws IOException {
    send(
        REQUEST,
        ByteBuffer.allocate(10 + cid.length)
            .putInt(id)
            .putInt(1 << 20)
            .put((byte) cid.length)
            .put(cid)
            .put((byte) 0)
            .array());
  }

  void watch(int id, byte[] root) throws IOException {
    send(
        WATCH,
        ByteBuffer.allocate(5 + root.length).putInt(id).put((byte) root.length).put(root).array());
  }

  /// The next frame.
  ///
  /// @throws IOException the node closed the connection
  Received next() throws IOException {
    while (frames.isEmpty()) {
      unwrap();
      plain.flip();
      while (plain.remaining() >= HEAD_SIZE_BYTES
          && plain.remaining() >= HEAD_SIZE_BYTES + plain.getInt(plain.position())) {
        byte[] body = new byte[plain.getInt()];
        int type = plain.get() & 0xff;
        plain.get(body);
        frames.add(new Received(type, body));
      }
      plain.compact();
    }
    return frames.remove();
  }

  /// The next frame, which must be of this type.
  byte[] next(int type) throws IOException {
    Received frame = next();
    assertTrue(frame.type() == type, () -> Integer.toHexString(frame.type()));
    return frame.body();
  }

  /// All frames until the node closes the connection.
  ArrayDeque<Received> rest() {
    ArrayDeque<Received> rest = new ArrayDeque<>();
    try {
      while (true) {
        rest.add(next());
      }
    } catch (IOException e) {
      return rest;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
