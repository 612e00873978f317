package io.shoal.testkit;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkSource;
import io.shoal.api.FileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;

/// A chunk that a [TestChunkServer] serves, and notes what the transport must not do with it.
final class MeteredSource implements ChunkSource {
  /// Anywhere but at the begin, so that a channel that was moved is seen.
  private static final long CHANNEL_POSITION = 7;

  /// What is served.
  ///
  /// @param bytes the chunk
  /// @param changes whether the bytes turn out to be wrong after the last one was handed out
  /// @param allowance how much may be sent
  /// @param file where the bytes lie, after as many bytes that are not the chunk's
  @SuppressWarnings("ArrayRecordComponent") // no two are compared
  record Chunk(byte[] bytes, boolean changes, Allowance allowance, Optional<Path> file) {
    /// Where the chunk begins in its file.
    static final int OFFSET_BYTES = 4_321;
  }

  /// How much a test lets a transport send at once, and what it has asked for. Thread-safe.
  static final class Allowance {
    private final int atOnceBytes;
    private long taken;

    Allowance(int atOnceBytes) {
      this.atOnceBytes = atOnceBytes;
    }

    synchronized int take(int wanted) {
      int now = Math.min(wanted, atOnceBytes);
      taken += now;
      return now;
    }

    /// What was permitted so far, in bytes.
    synchronized long taken() {
      return taken;
    }
  }

  private final Chunk chunk;
  private final Optional<FileChannel> channel;
  private final Consumer<String> faults;
  private final Runnable whenClosed;
  private boolean closed;

  MeteredSource(Chunk chunk, Consumer<String> faults, Runnable whenClosed) throws IOException {
    this.chunk = chunk;
    this.faults = faults;
    this.whenClosed = whenClosed;
    if (chunk.file().isPresent()) {
      FileChannel open = FileChannel.open(chunk.file().get(), StandardOpenOption.READ);
      channel = Optional.of(open.position(CHANNEL_POSITION));
    } else {
      channel = Optional.empty();
    }
  }

  @Override
  public int sizeBytes() {
    return chunk.bytes().length;
  }

  @Override
  public int permit(int wantedBytes) {
    if (wantedBytes < 1) {
      faults.accept("permit was asked for " + wantedBytes + " bytes");
    }
    return chunk.allowance().take(wantedBytes);
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) {
    byte[] bytes = chunk.bytes();
    if (positionBytes >= bytes.length) {
      return -1;
    }
    int size = Math.min(into.remaining(), bytes.length - positionBytes);
    into.put(bytes, positionBytes, size);
    return size;
  }

  @Override
  public Optional<FileRegion> region() {
    return channel.map(open -> new FileRegion(open, Chunk.OFFSET_BYTES, chunk.bytes().length));
  }

  @Override
  public void revalidate() throws ChunkChangedException {
    if (chunk.changes()) {
      throw new ChunkChangedException("the test's chunk changed: that is what the test is about");
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      channel.ifPresent(this::closeUntouched);
      whenClosed.run();
    }
  }

  private void closeUntouched(FileChannel open) {
    // An interrupted thread closes a channel by asking it anything.
    boolean isInterrupted = Thread.interrupted();
    try (open) {
      if (isInterrupted && !open.isOpen()) {
        return;
      }
      if (open.position() != CHANNEL_POSITION) {
        faults.accept("sending moves the position of a region's channel (FileRegion)");
      }
    } catch (ClosedByInterruptException e) {
      // The request was taken back just now.
    } catch (IOException e) {
      faults.accept("a region's channel was closed, which is its reader's (FileRegion): " + e);
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
