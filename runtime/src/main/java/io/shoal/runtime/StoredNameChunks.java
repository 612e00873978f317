package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.DownloadCounters;
import io.shoal.runtime.download.DownloadRequest;
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
import java.util.SplittableRandom;

/// The chunks that values of names stand in when they are too large for a record: kept, served and
/// fetched as any other.
final class StoredNameChunks implements NameChunks {
  private final NodeCore core;
  private final LocalStore local;

  StoredNameChunks(NodeCore core) {
    this.core = core;
    this.local = core.local();
  }

  @Override
  public Cid store(byte[] bytes, String name) throws ShoalException, IOException {
    Cid cid = new ChunkNamer(local.newContent()).name(Cid.RAW, ByteBuffer.wrap(bytes));
    try (CollectionLock.Hold held = local.temporaryPins().hold(cid)) {
      LocalStore.put(local.store(), cid, ByteBuffer.wrap(bytes));
      local.store().sync();
      core.index()
          .put(
              new KeptRoot(
                  cid, name, bytes.length, false, true, Optional.empty(), Optional.empty()));
    }
    core.announce(cid);
    return cid;
  }

  @Override
  public Optional<NameValue.Target> here(NameValue.InChunk named) throws IOException {
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
    core.letGo(cid);
  }

  @Override
  public byte[] load(Cid cid, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    try (CollectionLock.Hold held = local.temporaryPins().hold(cid)) {
      if (!local.store().contains(cid)) {
        Download download =
            new Download(
                core.downloadParts(),
                DownloadRequest.intoStore(cid, Optional.of(timeout)),
                new DownloadCounters(System::nanoTime),
                new SplittableRandom(),
                NodeCommands.ProgressListener.SILENT,
                () -> {});
        core.downloads().run(download);
      }
      return local
          .load(cid)
          .orElseThrow(
              () -> new NotFoundException("chunk " + cid + " is rotten or gone: try again"));
    }
  }
}
