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
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.store.Quarantine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

  /// How often a waiting request looks for places that are held without being used.
  private static final long LOOK_FOR_ROOM_MILLIS = 1_000;

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

  /// Guarded by itself.
  private final FairQueue<PeerKey> turns =
      new FairQueue<>(MAX_UPLOADS, MAX_UPLOADS_PER_PEER, MAX_WAITING);

  private final ActiveUploads uploads = new ActiveUploads();

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
      if (cid.isIdentity() || store.find(cid).isEmpty()) {
        return new ServeAnswer.Refuse(new Refusal.NotHeld());
      }
      Optional<FairQueue.Turn<PeerKey>> turn = turn(PeerKey.of(from));
      if (turn.isEmpty()) {
        return new ServeAnswer.Refuse(new Refusal.Busy(RETRY_WHEN_FULL));
      }
      return serve(from, cid, turn.get());
    } catch (RetryableException e) {
      LOG.debug("{} is not served now", cid, e);
      return new ServeAnswer.Refuse(new Refusal.Busy(RETRY_WHEN_FULL));
    } catch (IOException e) {
      LOG.warn("{} is not served: {}", cid, e.getMessage());
      return new ServeAnswer.Refuse(new Refusal.NotHeld());
    }
  }

  private Optional<FairQueue.Turn<PeerKey>> turn(PeerKey peer) throws InterruptedException {
    CountDownLatch granted = new CountDownLatch(1);
    Optional<FairQueue.Turn<PeerKey>> turn;
    synchronized (turns) {
      turn = turns.ask(peer, granted::countDown);
    }
    if (turn.isPresent()) {
      try {
        while (!granted.await(LOOK_FOR_ROOM_MILLIS, TimeUnit.MILLISECONDS)) {
          makeRoom();
        }
      } catch (InterruptedException e) {
        end(turn.get());
        throw e;
      }
    }
    return turn;
  }

  /// Ends the connection of a peer that holds a place and takes nothing.
  private void makeRoom() {
    if (running() >= MAX_UPLOADS) {
      uploads
          .stalled()
          .ifPresent(
              upload ->
                  connections.tooSlow(upload.to(), "it asks for chunks and does not take them"));
    }
  }

  private MeteredSource upload(
      ChunkReader reader, PeerConnection to, FairQueue.Turn<PeerKey> turn) {
    MeteredSource upload =
        new MeteredSource(
            reader,
            to,
            meter,
            counters,
            nanoTime,
            ended -> {
              uploads.ended(ended);
              end(turn);
            });
    uploads.began(upload);
    return upload;
  }

  private ServeAnswer serve(PeerConnection from, Cid cid, FairQueue.Turn<PeerKey> turn)
      throws IOException, RetryableException, InterruptedException {
    boolean served = false;
    try {
      ServeAnswer answer =
          switch (quarantine.open(cid)) {
            case Quarantine.Found.Right(ChunkReader reader) ->
                new ServeAnswer.Serve(upload(reader, from, turn));
            case Quarantine.Found.Corrupt() -> new ServeAnswer.Refuse(new Refusal.Corrupt());
            case Quarantine.Found.Absent() -> new ServeAnswer.Refuse(new Refusal.NotHeld());
          };
      served = answer instanceof ServeAnswer.Serve;
      return answer;
    } finally {
      if (!served) {
        end(turn);
      }
    }
  }

  private void end(FairQueue.Turn<PeerKey> turn) {
    synchronized (turns) {
      turns.end(turn);
    }
  }

  public int running() {
    synchronized (turns) {
      return turns.running();
    }
  }

  public int waiting() {
    synchronized (turns) {
      return turns.waiting();
    }
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
