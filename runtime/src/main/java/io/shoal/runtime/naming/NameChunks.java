package io.shoal.runtime.naming;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.NodeCore;
import io.shoal.runtime.NodeParts;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.DownloadTally;
import io.shoal.runtime.download.DownloadWish;
import io.shoal.runtime.store.ChunkNamer;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.StoredChunks;
import io.shoal.runtime.store.WorkGate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/// The chunks that values of names stand in when they are too large for a record: kept, served and
/// fetched as any other.
public final class NameChunks {
  private final NodeCore core;
  private final NodeParts parts;

  public NameChunks(NodeCore core) {
    this.core = core;
    this.parts = core.parts();
  }

  /// Stores a chunk durably, keeps and announces it.
  ///
  /// @param name what it is called in lists
  Cid store(byte[] bytes, String name) throws ShoalException, IOException {
    Cid cid = new ChunkNamer(parts.newContent()).name(Cid.RAW, ByteBuffer.wrap(bytes));
    try (WorkGate.Passage held = parts.inUse().hold(cid)) {
      StoredChunks.put(parts.store(), cid, ByteBuffer.wrap(bytes));
      parts.store().sync();
      core.index()
          .put(
              new KeptRoot(
                  cid, name, bytes.length, false, true, Optional.empty(), Optional.empty()));
    }
    core.announce(cid);
    return cid;
  }

  /// What a chunk says, if it is here.
  public Optional<NameValue.Target> here(NameValue.InChunk named) throws IOException {
    Optional<byte[]> bytes = StoredChunks.load(parts, named.chunk());
    try {
      return bytes.isEmpty()
          ? Optional.empty()
          : Optional.of(NameValue.decodeChunk(bytes.get(), named));
    } catch (MalformedDataException e) {
      return Optional.empty();
    }
  }

  /// Lets a chunk go.
  void drop(Cid cid) throws IOException {
    core.letGo(cid);
  }

  /// A chunk's verified bytes, from here or from peers.
  byte[] load(Cid cid, Duration timeout) throws ShoalException, IOException, InterruptedException {
    try (WorkGate.Passage held = parts.inUse().hold(cid)) {
      if (!parts.store().contains(cid)) {
        Download download =
            new Download(
                parts,
                DownloadWish.intoStore(cid, Optional.of(timeout)),
                new DownloadTally(),
                core.journal(),
                new SplittableRandom(),
                NodeCommands.ProgressListener.SILENT,
                () -> {});
        core.downloads().run(download);
      }
      return StoredChunks.load(parts, cid)
          .orElseThrow(
              () -> new NotFoundException("chunk " + cid + " is rotten or gone: try again"));
    }
  }
}
