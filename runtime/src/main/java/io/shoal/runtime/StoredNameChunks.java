package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.naming.NameChunks;
import io.shoal.runtime.naming.NameValue;
import io.shoal.runtime.store.ChunkNamer;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/// The chunks that hold values of names that are too large for a record: kept, served and fetched
/// as any other.
final class StoredNameChunks implements NameChunks {
  private final LocalStore local;
  private final Holdings holdings;
  private final DownloadRunner runner;

  StoredNameChunks(LocalStore local, Holdings holdings, DownloadRunner runner) {
    this.local = local;
    this.holdings = holdings;
    this.runner = runner;
  }

  @Override
  public Cid store(byte[] bytes, String name) throws ShoalException, IOException {
    Cid cid = new ChunkNamer(local.newContent()).name(Cid.RAW, ByteBuffer.wrap(bytes));
    try (CollectionLock.Hold held = local.temporaryPins().hold(cid)) {
      local.store().put(cid, ByteBuffer.wrap(bytes));
      local.store().sync();
      holdings.keep(KeptRoot.pinned(cid, name, bytes.length, false));
    }
    return cid;
  }

  @Override
  public Optional<NameValue.Target> here(NameValue.InChunk named)
      throws IOException, RetryableException {
    Optional<byte[]> bytes = local.load(named.chunk());
    try {
      return bytes.isEmpty()
          ? Optional.empty()
          : Optional.of(NameValue.decodeChunk(bytes.get(), named));
    } catch (MalformedDataException e) {
      return Optional.empty();
    }
  }

  @Override
  public void drop(Cid cid) throws IOException {
    holdings.release(cid);
  }

  @Override
  public byte[] load(Cid cid, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    try (CollectionLock.Hold held = local.temporaryPins().hold(cid)) {
      if (!local.has(cid)) {
        runner.intoStoreUnannounced(cid, timeout);
      }
      return local
          .load(cid)
          .orElseThrow(
              () -> new NotFoundException("chunk " + cid + " is corrupt or gone: try again"));
    }
  }
}
