package io.shoal.storage.s3;

import io.shoal.api.ChunkReader;
import io.shoal.api.Multihash;
import io.shoal.api.RetryableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/// A chunk in memory: an object that was fetched whole, so that nothing takes it away.
final class ObjectReader implements ChunkReader {
  private final Multihash chunk;
  private final Bucket.Content content;
  private final Supplier<Opened> store;
  private volatile boolean closed;

  /// @param store throws if the store was closed
  ObjectReader(Multihash chunk, Bucket.Content content, Supplier<Opened> store) {
    this.chunk = chunk;
    this.content = content;
    this.store = store;
  }

  private Opened open() {
    if (closed) {
      throw new IllegalStateException("the reader is closed");
    }
    return store.get();
  }

  @Override
  public int sizeBytes() {
    return content.bytes().remaining();
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) {
    var _ = open();
    int size = sizeBytes();
    if (positionBytes >= size) {
      return -1;
    }
    int count = Math.min(into.remaining(), size - positionBytes);
    into.put(content.bytes().slice(positionBytes, count));
    return count;
  }

  @Override
  public boolean discard() throws IOException, RetryableException {
    Opened now = open();
    return now.quarantine().discard(chunk, content, now.attempts().deadline());
  }

  @Override
  public void close() {
    closed = true;
  }
}
