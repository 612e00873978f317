package io.shoal.wire.connection;

import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.wire.WireLimits;
import io.shoal.wire.transfer.ChunkUpload;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The calls of one connection to the node, on virtual threads: `connected` is the first one,
/// `disconnected` the last one, and all others run in between. Usable from any thread.
final class NodeCalls {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCalls.class);

  // The contract lets calls of the node end within a second of an interrupt; a stuck one must not
  // keep the node from learning that the connection is gone.
  private static final long END_TIMEOUT_MILLIS = 5_000;

  private final PeerConnection connection;
  private final ChunkServer node;
  private final ServerCalls calls = new ServerCalls();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final SerialInbox messages = new SerialInbox("shoal-messages");
  private final AtomicInteger beginningWatches = new AtomicInteger();

  NodeCalls(PeerConnection connection, ChunkServer node) {
    this.connection = connection;
    this.node = node;
  }

  /// Begins with `connected`.
  ///
  /// @param connected runs after that
  /// @param disconnected runs after the last call
  void start(Runnable connected, Runnable disconnected) {
    Thread.ofVirtual()
        .name("shoal-connection")
        .start(
            () -> {
              live(connected);
              disconnected.run();
            });
  }

  private void live(Runnable connected) {
    guarded(() -> node.connected(connection));
    calls.open();
    connected.run();
    try {
      closed.await();
      if (!calls.closeAndWait(END_TIMEOUT_MILLIS)) {
        LOG.warn("{}: calls of the node go on after the connection was closed", connection);
      }
    } catch (InterruptedException e) {
      LOG.debug("{}: interrupted while it ended", connection, e);
    }
    guarded(() -> node.disconnected(connection));
  }

  /// Ends with `disconnected`, once the calls that run have ended.
  void end() {
    messages.close();
    closed.countDown();
  }

  /// Runs a call of the node's code, whose failure is the node's own.
  void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.warn("{}: the node failed: {}", connection, e.toString());
      LOG.debug("{}: the node failed", connection, e);
    }
  }

  private void called(Runnable call) {
    if (calls.enter()) {
      try {
        guarded(call);
      } finally {
        calls.exit();
      }
    }
  }

  void serve(ChunkUpload upload) {
    Thread.ofVirtual().name("shoal-serve").start(() -> called(upload));
  }

  /// Asks the node for updates that a peer's watch wants.
  ///
  /// @return `false` if it is asked too often at once; ended watches count as long as the node is
  ///   still being asked about them
  boolean beginWatch(PeerWatch watch, Cid root) {
    if (beginningWatches.incrementAndGet() > WireLimits.MAX_WATCHES) {
      beginningWatches.decrementAndGet();
      return false;
    }
    Thread.ofVirtual()
        .name("shoal-watch")
        .start(
            () -> {
              called(() -> watch.begin(node, connection, root));
              beginningWatches.decrementAndGet();
            });
    return true;
  }

  /// Hands a message over, one after the other.
  ///
  /// @param taken runs after that
  void message(int type, ByteBuffer bytes, Runnable taken) {
    messages.submit(
        () -> {
          called(() -> node.message(connection, type, bytes));
          taken.run();
        });
  }
}
