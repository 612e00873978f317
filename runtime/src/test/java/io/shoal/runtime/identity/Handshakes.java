package io.shoal.runtime.identity;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// TLS handshakes between engines of one process.
final class Handshakes {
  private Handshakes() {}

  /// Carries the bytes of two engines to each other until both are through, the first data of the
  /// server included.
  static void run(SSLEngine client, SSLEngine server) throws SSLException {
    ByteBuffer toServer = ByteBuffer.allocate(1 << 17);
    ByteBuffer toClient = ByteBuffer.allocate(1 << 17);
    client.beginHandshake();
    server.beginHandshake();
    // A handshake takes far fewer rounds; without a bound, a fault of the engines would hang the
    // test.
    for (int round = 0; round < 200; round++) {
      step(client, toClient, toServer);
      step(server, toServer, toClient);
      if (isOver(client)
          && isOver(server)
          && toServer.position() == 0
          && toClient.position() == 0) {
        return;
      }
    }
    throw new SSLException("the handshake does not end");
  }

  private static boolean isOver(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    ByteBuffer nothing = ByteBuffer.allocate(0);
    Runnable task = engine.getDelegatedTask();
    if (task != null) {
      task.run();
    }
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      engine.wrap(nothing, out);
    }
    in.flip();
    if (in.hasRemaining()) {
      engine.unwrap(in, ByteBuffer.allocate(1 << 17));
    }
    in.compact();
  }
}
