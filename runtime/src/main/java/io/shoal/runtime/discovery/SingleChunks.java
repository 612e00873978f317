package io.shoal.runtime.discovery;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RefusedException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings single chunks of a root's DAG into the store, one after the other, from the root's
/// providers: a whole download would bring the rest of the root too. Used by one thread.
public final class SingleChunks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SingleChunks.class);

  /// For a chunk of 2 MiB at the most: a peer that needs longer is slower than asking the next.
  private static final Duration MAX_ANSWER = Duration.ofSeconds(10);

  /// Between two looks at whether the search is over.
  private static final long LOOK_MILLIS = 200;

  private final PeerNetwork network;
  private final LocalStore local;
  private final Cid root;
  private final List<PeerAddress> given;
  private final LinkedBlockingQueue<PeerConnection> fresh =
      new LinkedBlockingQueue<>(PeerFinder.MAX_PEERS);
  private final List<PeerConnection> peers = new ArrayList<>();
  private final PeerFinder finder;
  private boolean searching;

  /// @param given addresses to ask instead of searching, if there are any
  /// @param hints addresses to ask besides
  public SingleChunks(
      PeerNetwork network,
      LocalStore local,
      Cid root,
      List<PeerAddress> given,
      List<PeerAddress> hints) {
    this.network = network;
    this.local = local;
    this.root = root;
    this.given = given;
    this.finder = new PeerFinder(network, root, this::joined);
    hints.forEach(finder::hint);
  }

  private void joined(PeerConnection connection) {
    if (!network.connections().traits().mayAsk(connection) || !fresh.offer(connection)) {
      network.connections().release(connection);
    }
  }

  /// Returns when the store has the chunk.
  ///
  /// @throws NotFoundException no peer that was found in this time has it
  public void bring(Cid chunk, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    local.check().verifier(chunk);
    if (!searching) {
      searching = true;
      finder.start(given);
    }
    local.temporaryPins().lookFor(chunk);
    for (PeerConnection peer : peers) {
      if (bring(chunk, peer)) {
        return;
      }
    }
    long deadline = network.nanoTime().getAsLong() + timeout.toNanos();
    while (network.nanoTime().getAsLong() < deadline && !exhausted()) {
      PeerConnection peer = fresh.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (peer != null) {
        peers.add(peer);
        if (bring(chunk, peer)) {
          return;
        }
      }
    }
    String why = finder.lastFailure().isEmpty() ? "" : " (" + finder.lastFailure() + ")";
    throw new NotFoundException(
        "no peer gave chunk %s of the folder %s%s: check the id, that a node which has it runs, and that both use the same discovery network, or give --peer"
            .formatted(chunk, root, why));
  }

  /// Whether every discovery searched twice, and no peer is left to be asked.
  private boolean exhausted() {
    return finder.roundsFinished() >= 2 && !finder.stillTrying() && fresh.isEmpty();
  }

  private boolean bring(Cid chunk, PeerConnection peer)
      throws ShoalException, IOException, InterruptedException {
    Optional<byte[]> bytes = ask(chunk, peer);
    if (bytes.isEmpty()) {
      return false;
    }
    if (!local.check().matches(chunk, ByteBuffer.wrap(bytes.get()))) {
      network
          .book()
          .ban(peer.remote(), "it sent wrong bytes for " + chunk)
          .forEach(ban -> LOG.warn("{} is banned: {}", ban.subject(), ban.reason()));
      peer.close(PeerConnection.Reason.FAULT);
      return false;
    }
    local.store().put(chunk, ByteBuffer.wrap(bytes.get()));
    return true;
  }

  private Optional<byte[]> ask(Cid chunk, PeerConnection peer) throws InterruptedException {
    AtomicReference<Optional<ChunkBody>> coming = new AtomicReference<>(Optional.empty());
    CompletableFuture<Optional<byte[]>> answer = new CompletableFuture<>();
    Thread asking =
        Thread.ofVirtual()
            .name("chunk-" + chunk)
            .start(() -> answer.complete(received(chunk, peer, coming)));
    try {
      return answer.get(MAX_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("{} does not send {}", PeerKey.of(peer), chunk, e);
      return Optional.empty();
    } finally {
      coming.get().ifPresent(ChunkBody::close);
      asking.interrupt();
    }
  }

  private Optional<byte[]> received(
      Cid chunk, PeerConnection peer, AtomicReference<Optional<ChunkBody>> coming) {
    try (ChunkBody body = peer.fetch(new ChunkRequest(chunk, Optional.of(root)))) {
      coming.set(Optional.of(body));
      int size = body.awaitSize();
      if (size < 0 || size > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
        return Optional.empty();
      }
      ByteBuffer bytes = ByteBuffer.allocate(size);
      while (bytes.hasRemaining()) {
        if (body.read(bytes) < 0) {
          return Optional.empty();
        }
      }
      return Optional.of(bytes.array());
    } catch (RefusedException | PeerUnreachableException e) {
      LOG.debug("{} does not send {}: {}", PeerKey.of(peer), chunk, e.getMessage());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    finder.close();
    fresh.drainTo(peers);
    peers.forEach(network.connections()::release);
    peers.clear();
  }
}
