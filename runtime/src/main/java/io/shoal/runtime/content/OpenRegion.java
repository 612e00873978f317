package io.shoal.runtime.content;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.Content;
import io.shoal.api.FileRegion;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Bytes of a chunk on disk, open as long as this is.
final class OpenRegion implements Content.Region {
  private final ChunkReader reader;
  private final FileRegion bytes;
  private final Consumer<OpenRegion> ended;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// @param ended is called once
  OpenRegion(ChunkReader reader, FileRegion bytes, Consumer<OpenRegion> ended) {
    this.reader = reader;
    this.bytes = bytes;
    this.ended = ended;
  }

  @Override
  public FileRegion bytes() {
    return bytes;
  }

  @Override
  public void revalidate() throws ChunkChangedException, IOException {
    if (closed.get()) {
      throw new IllegalStateException("the region is closed");
    }
    reader.revalidate();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      reader.close();
      ended.accept(this);
    }
  }
}
