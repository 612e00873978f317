package io.shoal.transport.tcp;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;

/// TLS over a blocking socket: the identities of the testkit have engines only.
final class TlsStream {
  private static final int BUFFER_SIZE_BYTES = 64 * 1024;

  private final Socket socket;
  private final SSLEngine engine;
  private final ByteBuffer encrypted = ByteBuffer.allocate(BUFFER_SIZE_BYTES).flip();
  private final ByteBuffer plain = ByteBuffer.allocate(BUFFER_SIZE_BYTES);

  /// Makes the handshake of a client.
  TlsStream(Socket socket, String identity, String alpn) throws Exception {
    this.socket = socket;
    this.engine = Nodes.identity(identity).tls(alpn).clientEngine(Optional.empty());
    handshake();
  }

  private void handshake() throws IOException {
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> {
          for (Runnable task = engine.getDelegatedTask();
              task != null;
              task = engine.getDelegatedTask()) {
            task.run();
          }
        }
        case NEED_WRAP -> write(new byte[0]);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          if (!unwrap()) {
            throw new EOFException("closed in the handshake");
          }
        }
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  /// Writes bytes, in one record if they fit into one.
  void write(byte[] bytes) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    ByteBuffer out = ByteBuffer.allocate(BUFFER_SIZE_BYTES);
    do {
      engine.wrap(in, out);
      socket.getOutputStream().write(out.array(), 0, out.position());
      out.clear();
    } while (in.hasRemaining());
  }

  /// Reads like [java.io.InputStream#read].
  int read(byte[] into) throws IOException {
    while (plain.position() == 0) {
      if (!unwrap()) {
        return -1;
      }
    }
    plain.flip();
    int count = Math.min(plain.remaining(), into.length);
    plain.get(into, 0, count).compact();
    return count;
  }

  /// Reads until the engine made something of it.
  ///
  /// @return `false` if the other side closed
  private boolean unwrap() throws IOException {
    while (true) {
      SSLEngineResult result = engine.unwrap(encrypted, plain);
      switch (result.getStatus()) {
        case OK -> {
          return true;
        }
        case CLOSED -> {
          return false;
        }
        case BUFFER_OVERFLOW -> throw new IOException("more than a test needs");
        case BUFFER_UNDERFLOW -> {
          encrypted.compact();
          int read =
              socket
                  .getInputStream()
                  .read(encrypted.array(), encrypted.position(), encrypted.remaining());
          encrypted.position(encrypted.position() + Math.max(0, read)).flip();
          if (read < 0) {
            return false;
          }
        }
      }
    }
  }
}
