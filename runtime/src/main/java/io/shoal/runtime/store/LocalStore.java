package io.shoal.runtime.store;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.UserFaultException;
import io.shoal.api.Verifier;
import io.shoal.runtime.dag.DagMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// The node's store with what checks its chunks and protects them: whole chunks go in and out here.
///
/// @param store where chunks are kept
/// @param newContent names new content
/// @param check checks chunks of every kind
/// @param verified what this process has checked
/// @param quarantine finds corrupt chunks in the store, and quarantines them
/// @param temporaryPins what garbage collection must leave to running work
/// @param dagMemory what all walks and plans of DAGs may take
public record LocalStore(
    ChunkStore store,
    Verifier newContent,
    ChunkCheck check,
    VerifiedChunks verified,
    Quarantine quarantine,
    TemporaryPins temporaryPins,
    DagMemory dagMemory) {

  /// @param memoryBytes that the process may use
  public LocalStore(ChunkStore store, Verifier newContent, ChunkCheck check, long memoryBytes) {
    this(
        store,
        newContent,
        check,
        new VerifiedChunks(),
        new DagMemory(memoryBytes, () -> chunkCount(store)));
  }

  private LocalStore(
      ChunkStore store,
      Verifier newContent,
      ChunkCheck check,
      VerifiedChunks verified,
      DagMemory dagMemory) {
    this(
        store,
        newContent,
        check,
        verified,
        new Quarantine(store, check, verified),
        new TemporaryPins(),
        dagMemory);
  }

  /// How many chunks a store has; none while it is out of reach, as whatever is asked of it next
  /// says.
  private static long chunkCount(ChunkStore store) {
    try {
      return store.usage().chunks();
    } catch (IOException | RetryableException e) {
      return 0;
    }
  }

  /// Whether a chunk is here, in the store or in a user's file.
  public boolean has(Cid cid) throws IOException, RetryableException {
    return store.find(cid).isPresent();
  }

  /// Whether the store has the chunk as its own. What lies in a user's file alone goes when the
  /// user changes that file, and so is not enough for what is to be kept.
  public boolean owns(Cid cid) throws IOException, RetryableException {
    return store.find(cid).filter(ChunkStore.StoredChunk::owned).isPresent();
  }

  /// A chunk's bytes, checked; a corrupt copy is quarantined, and without a good one the chunk
  /// counts as absent.
  public Optional<byte[]> load(Cid cid) throws IOException, RetryableException {
    Optional<byte[]> bytes = read(store, cid);
    if (bytes.isEmpty() || right(cid, bytes.get())) {
      return bytes;
    }
    return quarantine.settle(cid)
        ? read(store, cid).filter(other -> right(cid, other))
        : Optional.empty();
  }

  /// A chunk's bytes as they are stored, unchecked; empty if it is not here or shorter than it
  /// says.
  static Optional<byte[]> read(ChunkStore store, Cid cid) throws IOException, RetryableException {
    try (ChunkReader reader = store.open(cid).orElse(null)) {
      return reader == null ? Optional.empty() : bytesOf(reader);
    }
  }

  /// All that a reader gives, unchecked; empty if that is less than it says.
  public static Optional<byte[]> bytesOf(ChunkReader reader)
      throws IOException, RetryableException {
    byte[] bytes = new byte[reader.sizeBytes()];
    ByteBuffer into = ByteBuffer.wrap(bytes);
    while (into.hasRemaining()) {
      if (reader.read(into, into.position()) <= 0) {
        return Optional.empty();
      }
    }
    return Optional.of(bytes);
  }

  private boolean right(Cid cid, byte[] bytes) {
    try {
      boolean right = check.matches(cid, ByteBuffer.wrap(bytes));
      if (right) {
        verified.add(cid);
      }
      return right;
    } catch (UserFaultException e) {
      // No plugin knows the hash: it was checked when it came.
      return true;
    }
  }
}
