package io.shoal.transport.http.fetch;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RemotePeer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// A gateway that this node asks for chunks. It ends when no connection to it can be made, and when
/// several requests in a row came to nothing. Usable from any thread.
public final class GatewayConnection implements PeerConnection {
  /// Failures in a row after which a gateway counts as gone: one may be a server that restarts.
  private static final int MAX_FAILURES = 4;

  private static final Refusal FULL = new Refusal.Busy(Duration.ofSeconds(1));

  private final GatewayClient client;
  private final RemotePeer remote;
  private final URI base;
  private final ChunkServer server;
  private final Executor threads;
  private final int maxRunning;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /// All whose end is not here yet.
  private final Set<GatewayBody> bodies = new LinkedHashSet<>();

  /// Those of them that are not asked for yet.
  private final Deque<GatewayBody> waiting = new ArrayDeque<>();

  /// In a row.
  private int failures;

  private long allRequests;
  private long allRefused;
  private long allFailures;
  private long receivedBytes;
  private boolean closed;
  private boolean isReported;
  private boolean ending;
  private Optional<String> fault = Optional.empty();

  /// @param base the address of the gateway, without a slash at its end
  GatewayConnection(
      GatewayClient client,
      RemotePeer remote,
      URI base,
      ChunkServer server,
      Executor threads,
      int maxRunning) {
    this.client = client;
    this.remote = remote;
    this.base = base;
    this.server = server;
    this.threads = threads;
    this.maxRunning = maxRunning;
  }

  /// Reports it to the node.
  void report() {
    try {
      server.connected(this);
    } finally {
      synchronized (this) {
        isReported = true;
      }
      endIfOver();
    }
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
    URI uri = URI.create(base + "/ipfs/" + request.cid().toV1() + "?format=raw");
    GatewayBody body = new GatewayBody(client, this, uri);
    boolean full;
    synchronized (this) {
      if (closed) {
        throw new PeerUnreachableException(remote.address() + ": the connection is closed");
      }
      full = bodies.size() == MAX_REQUESTS;
      if (!full) {
        bodies.add(body);
        waiting.add(body);
      }
    }
    if (full) {
      body.refuse(FULL);
    }
    startWaiting();
    return body;
  }

  private void startWaiting() {
    List<GatewayBody> due = new ArrayList<>();
    synchronized (this) {
      while (!waiting.isEmpty() && bodies.size() - waiting.size() < maxRunning) {
        due.add(waiting.remove());
        allRequests++;
      }
    }
    due.forEach(GatewayBody::start);
  }

  /// A request is over; all of its bytes may still wait to be read.
  void over(GatewayBody body) {
    synchronized (this) {
      bodies.remove(body);
      waiting.remove(body);
    }
    startWaiting();
  }

  /// A gateway has answered.
  synchronized void answered() {
    failures = 0;
  }

  /// A gateway has answered, without the chunk.
  synchronized void refused() {
    allRefused++;
  }

  /// Bytes of a chunk came.
  void received(int bytes) {
    synchronized (this) {
      receivedBytes += bytes;
    }
    client.received(bytes);
  }

  /// A request came to nothing.
  ///
  /// @param unreachable whether no connection could be made
  void failed(boolean unreachable) {
    boolean gone;
    synchronized (this) {
      failures++;
      allFailures++;
      gone = unreachable || failures >= MAX_FAILURES;
    }
    if (gone) {
      close();
    }
  }

  /// The gateway sends what no gateway sends.
  void brokeRules(String how) {
    synchronized (this) {
      if (!closed) {
        fault = Optional.of(how);
      }
    }
    close();
  }

  /// How it goes.
  synchronized GatewayFigures figures() {
    return new GatewayFigures(
        remote.address().uri(),
        bodies.size() - waiting.size(),
        waiting.size(),
        allRequests,
        allRefused,
        allFailures,
        receivedBytes);
  }

  @Override
  public synchronized boolean isOpen() {
    return !closed;
  }

  @Override
  public synchronized Optional<String> fault() {
    return closed ? fault : Optional.empty();
  }

  @Override
  public void close() {
    List<GatewayBody> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(bodies);
    }
    left.forEach(GatewayBody::close);
    endIfOver();
  }

  private void endIfOver() {
    synchronized (this) {
      if (!closed || !isReported || ending) {
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
}
