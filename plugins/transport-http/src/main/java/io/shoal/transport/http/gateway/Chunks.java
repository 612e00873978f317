package io.shoal.transport.http.gateway;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkSource;
import io.shoal.api.Cid;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.RetryableException;
import io.shoal.api.ServeAnswer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/// The node's chunks, on their way into one answer. Used by one thread.
final class Chunks {
  private static final int BUFFER_BYTES = 64 * 1024;

  /// An answer that has begun is not broken off because the node is busy for a moment.
  private static final int MAX_TRIES = 5;

  private static final Duration MAX_PAUSE = Duration.ofSeconds(2);

  private final Exchange exchange;

  Chunks(Exchange exchange) {
    this.exchange = exchange;
  }

  /// Opens a chunk.
  ///
  /// @return the caller closes it
  ChunkSource open(Cid cid) throws RefusedException, InterruptedException {
    Refusal refusal = new Refusal.NotHeld();
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      switch (exchange.chunk(cid)) {
        case ServeAnswer.Serve(ChunkSource source) -> {
          return source;
        }
        case ServeAnswer.Refuse(Refusal why) -> refusal = why;
        default -> throw new RefusedException(refusal);
      }
      if (!(refusal instanceof Refusal.Busy busy) || !exchange.hasBegun()) {
        break;
      }
      Duration pause = busy.retryAfter();
      Thread.sleep(pause.compareTo(MAX_PAUSE) < 0 ? pause : MAX_PAUSE);
    }
    throw new RefusedException(refusal);
  }

  /// Reads a whole chunk that is not sent.
  byte[] read(ChunkSource source) throws IOException, RefusedException {
    ByteBuffer bytes = ByteBuffer.allocate(source.sizeBytes());
    while (bytes.hasRemaining()) {
      read(source, bytes, bytes.position());
    }
    revalidate(source);
    return bytes.array();
  }

  /// Sends the bytes of a chunk from `first` to `last`. The end follows once the chunk is known to
  /// be whole: a client must not take it for right before.
  void send(ChunkSource source, int first, int last)
      throws IOException, RefusedException, InterruptedException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.min(BUFFER_BYTES, last - first + 1));
    for (int at = first; at <= last; at += bytes.limit()) {
      bytes.clear().limit(Math.min(bytes.capacity(), last - at + 1));
      while (bytes.hasRemaining()) {
        read(source, bytes, at + bytes.position());
      }
      if (at + bytes.limit() > last) {
        revalidate(source);
      }
      pay(source, bytes.flip());
    }
  }

  /// Sends bytes that were read from a source.
  void pay(ChunkSource source, ByteBuffer bytes) throws IOException, InterruptedException {
    int end = bytes.limit();
    while (bytes.position() < end) {
      int permitted = source.permit(end - bytes.position());
      bytes.limit(bytes.position() + permitted);
      exchange.write(bytes);
    }
  }

  private static void read(ChunkSource source, ByteBuffer into, int position)
      throws IOException, RefusedException {
    try {
      if (source.read(into, position) < 0) {
        throw new EOFException("a chunk ends before its end");
      }
    } catch (ChunkChangedException e) {
      throw new RefusedException(new Refusal.Corrupt());
    } catch (RetryableException e) {
      throw new RefusedException(new Refusal.Busy(MAX_PAUSE));
    }
  }

  private static void revalidate(ChunkSource source) throws IOException, RefusedException {
    try {
      source.revalidate();
    } catch (ChunkChangedException e) {
      throw new RefusedException(new Refusal.Corrupt());
    }
  }
}
