package io.shoal.transport.http.server;

import io.netty.channel.Channel;
import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RemotePeer;
import io.shoal.api.ServeAnswer;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/// A client that asks for chunks, as the node knows it: all connections of one host. It begins with
/// the first request and ends with the last connection. Usable from any thread.
final class ClientPeer implements PeerConnection {
  private static final Refusal FULL = new Refusal.Busy(Duration.ofSeconds(1));

  private final RemotePeer remote;
  private final ChunkServer server;
  private final Executor threads;
  private final CountDownLatch reported = new CountDownLatch(1);
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Set<Channel> channels = Collections.newSetFromMap(new IdentityHashMap<>());
  private int requests;
  private boolean isReported;
  private boolean closed;
  private boolean ending;

  ClientPeer(RemotePeer remote, ChunkServer server, Executor threads) {
    this.remote = remote;
    this.server = server;
    this.threads = threads;
  }

  /// Begins a request of a connection; [#leave] is due at its end.
  ///
  /// @return false if this client ended: another one takes its place
  synchronized boolean enter(Channel channel) {
    if (!closed) {
      channels.add(channel);
      requests++;
    }
    return !closed;
  }

  /// Reports the client to the node. Called once, by the party that made it.
  void report() {
    try {
      server.connected(this);
    } finally {
      synchronized (this) {
        isReported = true;
      }
      reported.countDown();
      endIfOver();
    }
  }

  /// Asks the node for a chunk, within a request.
  ServeAnswer request(Cid cid) throws InterruptedException {
    reported.await();
    return isOpen() ? server.request(this, ChunkRequest.of(cid)) : new ServeAnswer.Refuse(FULL);
  }

  void leave() {
    synchronized (this) {
      requests--;
    }
    endIfOver();
  }

  /// A connection is closed.
  void gone(Channel channel) {
    synchronized (this) {
      channels.remove(channel);
      closed |= channels.isEmpty();
    }
    endIfOver();
  }

  private void endIfOver() {
    synchronized (this) {
      if (!closed || requests > 0 || !isReported || ending) {
        return;
      }
      ending = true;
    }
    threads.execute(
        () -> {
          try {
            server.disconnected(this);
          } finally {
            ended.complete(null);
          }
        });
  }

  /// Completes once the node was notified of the end.
  CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  public RemotePeer remote() {
    return remote;
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
    throw new PeerUnreachableException("a client of HTTP asks, and cannot be asked");
  }

  @Override
  public synchronized boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    List<Channel> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(channels);
    }
    for (Channel channel : open) {
      var _ = channel.close();
    }
    endIfOver();
  }
}
