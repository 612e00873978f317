package io.shoal.storage.filesystem.chunk;

import io.shoal.api.ChunkStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which file lies where in the store's folder.
/// - `chunks/ab/NAME`: whole and durable chunks, `ab` being the first byte of the digest. Nothing
///   else is ever there.
/// - `staged/NUMBER-NAME`: chunks that were put in and not yet synced: whole, but only as durable
///   as the page cache.
/// - `staged/NUMBER.tmp`: chunks that are being written.
/// - `quarantine/`: corrupt chunks.
/// - `references`: the journal of users' files that are served in place.
/// - `references.unforced`: those that an earlier process had not forced.
/// - `boot`: the run of the operating system in which `staged` was filled.
/// - `lock`: held while a node uses the folder.
public record ChunkLayout(Path root) {
  public static final int MAX_CHUNK_SIZE_BYTES = ChunkStore.MAX_CHUNK_SIZE_BYTES;

  public Path chunks() {
    return root.resolve("chunks");
  }

  public Path folder(ChunkKey key) {
    return chunks().resolve(key.folderName());
  }

  public Path chunk(ChunkKey key) {
    return folder(key).resolve(key.fileName());
  }

  public Path staging() {
    return root.resolve("staged");
  }

  public Path temporary(long number) {
    return staging().resolve(number + ".tmp");
  }

  public Path staged(ChunkKey key, long number) {
    return staging().resolve(number + "-" + key.fileName());
  }

  /// Reads the name of a staged file back; empty for any other name.
  public static Optional<StagedChunk> stagedChunk(String name, int sizeBytes) {
    int dash = name.indexOf('-');
    if (dash <= 0) {
      return Optional.empty();
    }
    try {
      long number = Long.parseLong(name.substring(0, dash));
      return ChunkKey.ofFileName(name.substring(dash + 1))
          .map(key -> new StagedChunk(key, number, sizeBytes));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  public Path quarantine() {
    return root.resolve("quarantine");
  }

  public Path references() {
    return root.resolve("references");
  }

  public Path newReferences() {
    return root.resolve("references.new");
  }

  public Path distrustedReferences() {
    return root.resolve("references.distrusted");
  }

  public Path unforcedReferences() {
    return root.resolve("references.unforced");
  }

  public Path boot() {
    return root.resolve("boot");
  }

  public Path lock() {
    return root.resolve("lock");
  }

  public List<Path> folders() {
    List<Path> folders = new ArrayList<>();
    folders.add(root);
    folders.add(chunks());
    folders.add(staging());
    folders.add(quarantine());
    return folders;
  }
}
