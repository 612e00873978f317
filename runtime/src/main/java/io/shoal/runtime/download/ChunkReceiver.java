package io.shoal.runtime.download;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.ShoalException;
import io.shoal.api.Verifier;
import io.shoal.runtime.limit.BufferPool;
import io.shoal.runtime.peer.PeerKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/// Receives one chunk: reads it into a buffer, hashes while bytes arrive, and hands it on only if
/// the hash matches. Runs on a virtual thread that is never interrupted, since it writes to files
/// that other receivers use: [#cancel] closes the body instead.
final class ChunkReceiver {

  /// How a request ended.
  sealed interface Outcome {
    /// The chunk is here and was handed on.
    record Verified(int sizeBytes) implements Outcome {}

    /// The bytes do not hash to the chunk's id.
    record Wrong(String reason) implements Outcome {}

    /// The peer sent no chunk.
    record Refused(Refusal refusal) implements Outcome {}

    /// This side failed.
    record Failed(Exception cause) implements Outcome {}
  }

  /// Takes a verified chunk.
  @FunctionalInterface
  interface Taker {
    /// @param bytes the chunk, valid during the call
    void take(ByteBuffer bytes) throws IOException, ShoalException, InterruptedException;
  }

  private static final Refusal GONE = new Refusal.Gone();

  /// A buffer for the whole chunk is taken once so many bytes came: the buffers are few, and peers
  /// that answer and send nothing would hold them all.
  private static final int FIRST_BYTES = 4 * 1024;

  private final DownloadParts parts;
  private final PeerConnection connection;
  private final ChunkRequest request;
  private final LongAdder received;
  private final boolean proven;
  private final AtomicReference<Optional<ChunkBody>> body = new AtomicReference<>(Optional.empty());
  private volatile boolean cancelled;

  /// @param received counts bytes as they arrive
  /// @param proven whether the peer has given a right chunk before
  ChunkReceiver(
      DownloadParts parts,
      PeerConnection connection,
      ChunkRequest request,
      LongAdder received,
      boolean proven) {
    this.parts = parts;
    this.connection = connection;
    this.request = request;
    this.received = received;
    this.proven = proven;
  }

  void cancel() {
    cancelled = true;
    body.get().ifPresent(ChunkBody::close);
  }

  /// Blocks until the chunk is here or will not come.
  ///
  /// @param begun runs when the peer begins to answer
  Outcome receive(Taker taker, Runnable begun) {
    try (ChunkBody coming = connection.fetch(request)) {
      body.set(Optional.of(coming));
      if (cancelled) {
        return new Outcome.Refused(GONE);
      }
      int size = coming.awaitSize();
      begun.run();
      if (size < 0 || size > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
        return new Outcome.Wrong("it sent a chunk of " + size + " bytes");
      }
      return read(coming, size, taker);
    } catch (RefusedException e) {
      return new Outcome.Refused(e.refusal());
    } catch (PeerUnreachableException e) {
      return new Outcome.Refused(GONE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Refused(GONE);
    } catch (IOException | ShoalException e) {
      return new Outcome.Failed(e);
    }
  }

  private Outcome read(ChunkBody coming, int size, Taker taker)
      throws RefusedException, InterruptedException, IOException, ShoalException {
    Verifier.Digest digest = parts.local().check().verifier(request.cid()).begin();
    ByteBuffer first = ByteBuffer.allocate(Math.min(size, FIRST_BYTES));
    Optional<Outcome> failed = fill(coming, first, digest);
    if (failed.isPresent() || first.capacity() == size) {
      return failed.isPresent() ? failed.get() : finish(coming, first, digest, taker);
    }
    try (BufferPool.Lease lease = parts.buffers().take(size, proven)) {
      ByteBuffer buffer = lease.buffer().put(first.flip());
      failed = fill(coming, buffer, digest);
      return failed.isPresent() ? failed.get() : finish(coming, buffer, digest, taker);
    }
  }

  /// @return why the chunk does not come, if that is so
  private Optional<Outcome> fill(ChunkBody coming, ByteBuffer buffer, Verifier.Digest digest)
      throws RefusedException, InterruptedException {
    while (buffer.hasRemaining()) {
      if (cancelled) {
        return Optional.of(new Outcome.Refused(GONE));
      }
      int start = buffer.position();
      int read = coming.read(buffer);
      if (read < 0) {
        return Optional.of(new Outcome.Wrong("it sent fewer bytes than it said"));
      }
      received.add(read);
      digest.update(buffer.duplicate().flip().position(start));
      throttle(read);
    }
    return Optional.empty();
  }

  private Outcome finish(ChunkBody coming, ByteBuffer buffer, Verifier.Digest digest, Taker taker)
      throws RefusedException, InterruptedException, IOException, ShoalException {
    Cid cid = request.cid();
    if (!parts.local().check().matches(cid, digest.finish())) {
      // A peer that finds its own copy corrupt refuses instead of marking the end.
      coming.read(ByteBuffer.allocate(1));
      return new Outcome.Wrong("it sent wrong bytes for " + cid);
    }
    taker.take(buffer.flip());
    parts.local().verified().add(cid);
    return new Outcome.Verified(buffer.limit());
  }

  /// Keeps to the rate limit after the fact: what is not read yet waits at the peer, by the
  /// transport's flow control.
  private void throttle(int bytes) throws InterruptedException {
    int due = bytes;
    while (due > 0 && !cancelled) {
      due -= parts.downloadMeter().permit(PeerKey.of(connection).text(), due);
    }
  }
}
