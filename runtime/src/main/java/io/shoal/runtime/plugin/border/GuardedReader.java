package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.FileRegion;
import io.shoal.api.RetryableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// A reader behind the border.
final class GuardedReader implements ChunkReader {
  private final ChunkReader reader;
  private final PluginCalls calls;
  private final Consumer<GuardedReader> ended;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// @param ended told once, when it is closed
  GuardedReader(ChunkReader reader, PluginCalls calls, Consumer<GuardedReader> ended) {
    this.reader = reader;
    this.calls = calls;
    this.ended = ended;
  }

  @Override
  public int sizeBytes() {
    return calls.plain("ChunkReader.sizeBytes", reader::sizeBytes);
  }

  @Override
  public boolean owned() {
    return calls.plain("ChunkReader.owned", reader::owned);
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) throws IOException, RetryableException {
    int start = into.position();
    return calls.store(
        "ChunkReader.read",
        () -> {
          into.position(start);
          return reader.read(into, positionBytes);
        });
  }

  @Override
  public Optional<FileRegion> region() {
    return calls.plain("ChunkReader.region", reader::region);
  }

  @Override
  public void revalidate() throws IOException, ChunkChangedException {
    calls.onFile("ChunkReader.revalidate", reader::revalidate);
  }

  @Override
  public boolean discard() throws IOException, RetryableException {
    return calls.store("ChunkReader.discard", reader::discard);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      ended.accept(this);
      calls.plainly("ChunkReader.close", reader::close);
    }
  }
}
