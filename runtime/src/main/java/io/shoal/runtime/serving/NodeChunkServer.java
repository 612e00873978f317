package io.shoal.runtime.serving;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.RetryableException;
import io.shoal.api.ServeAnswer;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.limit.FairQueue;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.store.Quarantine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the store's chunks: peers in turn, a bounded number at once, within the node's rates. A
/// chunk is hashed before its first upload in this process; a corrupt one is quarantined and never
/// sent.
public final class NodeChunkServer implements ChunkServer {
  private static final Logger LOG = LoggerFactory.getLogger(NodeChunkServer.class);

  /// Uploads at once: enough to keep a fast line busy over many slow readers, and few enough that
  /// their buffers stay below 32 MiB.
  public static final int MAX_UPLOADS = 128;

  /// Uploads at once to one peer: more only share the same line.
  static final int MAX_UPLOADS_PER_PEER = 8;

  /// Requests of all peers together that may wait.
  static final int MAX_WAITING = 16_384;

  private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(1);

  /// A request that waited for so long is answered with BUSY: the peer then knows that this node
  /// lives, may have the chunk from another by now, and asks again.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration RETRY_AFTER_WAIT = Duration.ofSeconds(2);

  /// Events of connections that are not about chunks.
  public interface Events {
    /// A connection was made and accepted.
    void connected(PeerConnection connection);

    void disconnected(PeerConnection connection);

    /// A peer asked what is here of `root`: it takes part in that swarm.
    void watched(PeerConnection from, Cid root);

    void message(PeerConnection from, int type, ByteBuffer bytes);
  }

  private final ChunkStore store;
  private final Quarantine quarantine;
  private final Connections connections;
  private final AvailabilityWatches watches;
  private final FairRateLimiter meter;
  private final UploadCounters counters;
  private final LongSupplier nanoTime;
  private final Events events;
  private final UploadTurns turns;
  private final SlowChunks slowChunks;

  /// @param nanoTime monotonic, any origin
  public NodeChunkServer(
      ChunkStore store,
      Quarantine quarantine,
      Connections connections,
      AvailabilityWatches watches,
      FairRateLimiter meter,
      UploadCounters counters,
      LongSupplier nanoTime,
      Events events) {
    this.store = store;
    this.quarantine = quarantine;
    this.connections = connections;
    this.watches = watches;
    this.meter = meter;
    this.counters = counters;
    this.nanoTime = nanoTime;
    this.events = events;
    this.turns = new UploadTurns(connections, meter, nanoTime);
    this.slowChunks = new SlowChunks(meter, nanoTime);
  }

  /// Turns for the peers of other systems, beside those that ask for chunks here.
  ///
  /// @param open whether any of them is served
  public ForeignUploads foreignUploads(PeerBook book, boolean open) {
    return new ForeignUploads(turns, meter, counters, nanoTime, book, open);
  }

  @Override
  public void connected(PeerConnection connection) {
    if (connections.connected(connection)) {
      events.connected(connection);
    } else {
      connection.close(PeerConnection.Reason.FULL);
    }
  }

  @Override
  public void disconnected(PeerConnection connection) {
    connections.disconnected(connection);
    events.disconnected(connection);
  }

  @Override
  public ServeAnswer request(PeerConnection from, ChunkRequest request)
      throws InterruptedException {
    Cid cid = request.cid();
    try {
      Optional<ChunkStore.StoredChunk> found =
          cid.isIdentity() ? Optional.empty() : store.find(cid);
      if (found.isEmpty()) {
        return new ServeAnswer.Refuse(new Refusal.NotHeld());
      }
      return slowChunks.isSlow(found.get().sizeBytes())
          ? serveAlone(from, cid)
          : serveInTurn(from, cid, _ -> {});
    } catch (RetryableException e) {
      LOG.debug("{} is not served now", cid, e);
      return new ServeAnswer.Refuse(new Refusal.Busy(RETRY_WHEN_FULL));
    } catch (IOException e) {
      LOG.warn("{} is not served: {}", cid, e.getMessage());
      return new ServeAnswer.Refuse(new Refusal.NotHeld());
    }
  }

  /// Serves a chunk while no other peer is sent it.
  private ServeAnswer serveAlone(PeerConnection from, Cid cid)
      throws IOException, RetryableException, InterruptedException {
    PeerKey peer = PeerKey.of(from);
    if (!slowChunks.begin(cid, peer, PATIENCE.toNanos())) {
      return new ServeAnswer.Refuse(new Refusal.Busy(RETRY_AFTER_WAIT));
    }
    boolean served = false;
    try {
      ServeAnswer answer = serveInTurn(from, cid, whole -> slowChunks.ended(cid, peer, whole));
      served = answer instanceof ServeAnswer.Serve;
      return answer;
    } finally {
      if (!served) {
        slowChunks.ended(cid, peer, false);
      }
    }
  }

  /// @param ended is given whether the whole chunk was sent, at the end of an upload
  private ServeAnswer serveInTurn(PeerConnection from, Cid cid, Consumer<Boolean> ended)
      throws IOException, RetryableException, InterruptedException {
    long began = nanoTime.getAsLong();
    Optional<FairQueue.Turn<PeerKey>> turn = turns.take(PeerKey.of(from), PATIENCE);
    if (turn.isPresent()) {
      return serve(from, cid, turn.get(), ended);
    }
    boolean waited = nanoTime.getAsLong() - began >= PATIENCE.toNanos();
    return new ServeAnswer.Refuse(new Refusal.Busy(waited ? RETRY_AFTER_WAIT : RETRY_WHEN_FULL));
  }

  private MeteredSource upload(
      ChunkReader reader,
      PeerConnection to,
      FairQueue.Turn<PeerKey> turn,
      Consumer<Boolean> ended) {
    MeteredSource upload =
        new MeteredSource(
            reader,
            to,
            meter,
            counters,
            nanoTime,
            over -> {
              turns.ended(over, turn);
              ended.accept(over.isWhole());
            });
    turns.began(upload);
    return upload;
  }

  private ServeAnswer serve(
      PeerConnection from, Cid cid, FairQueue.Turn<PeerKey> turn, Consumer<Boolean> ended)
      throws IOException, RetryableException, InterruptedException {
    boolean served = false;
    try {
      ServeAnswer answer =
          switch (quarantine.open(cid)) {
            case Quarantine.Found.Right(ChunkReader reader) ->
                new ServeAnswer.Serve(upload(reader, from, turn, ended));
            case Quarantine.Found.Corrupt() -> new ServeAnswer.Refuse(new Refusal.Corrupt());
            case Quarantine.Found.Absent() -> new ServeAnswer.Refuse(new Refusal.NotHeld());
          };
      served = answer instanceof ServeAnswer.Serve;
      return answer;
    } finally {
      if (!served) {
        turns.end(turn);
      }
    }
  }

  public int running() {
    return turns.running();
  }

  public int waiting() {
    return turns.waiting();
  }

  @Override
  public PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
    PeerConnection.Watch watch = watches.watch(from, root, listener);
    events.watched(from, root);
    return watch;
  }

  @Override
  public void message(PeerConnection from, int type, ByteBuffer bytes) {
    events.message(from, type, bytes);
  }
}
