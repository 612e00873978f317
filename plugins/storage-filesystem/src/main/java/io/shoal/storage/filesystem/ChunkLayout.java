package io.shoal.storage.filesystem;

import io.shoal.api.ChunkStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which file lies where in the store's folder.
/// - `chunks/ab/NAME`: whole and durable chunks, `ab` being the first byte of the digest. Nothing
///   else is ever there.
/// - `staged/NUMBER-NAME`: chunks that were committed and not yet synced: whole, but only as
///   durable as the page cache.
/// - `staged/NUMBER.tmp`: chunks that are being written.
/// - `quarantine/`: chunks whose bytes turned out to be wrong.
/// - `references`: the journal of users' files that are served in place.
/// - `references.unforced`: what the process before knew of them and had not forced.
/// - `boot`: the run of the operating system in which `staged` was filled.
/// - `lock`: held while a node uses the folder.
record ChunkLayout(Path root) {
  static final int MAX_CHUNK_SIZE_BYTES = ChunkStore.MAX_CHUNK_SIZE_BYTES;

  Path chunks() {
    return root.resolve("chunks");
  }

  Path folder(ChunkKey key) {
    return chunks().resolve(key.folderName());
  }

  Path chunk(ChunkKey key) {
    return folder(key).resolve(key.fileName());
  }

  Path staging() {
    return root.resolve("staged");
  }

  Path temporary(long number) {
    return staging().resolve(number + ".tmp");
  }

  Path staged(ChunkKey key, long number) {
    return staging().resolve(number + "-" + key.fileName());
  }

  /// Reads the name of a staged file back; empty for any other name.
  static Optional<Catalog.Staged> stagedChunk(String name, int sizeBytes) {
    int dash = name.indexOf('-');
    if (dash <= 0) {
      return Optional.empty();
    }
    try {
      long number = Long.parseLong(name.substring(0, dash));
      return ChunkKey.ofFileName(name.substring(dash + 1))
          .map(key -> new Catalog.Staged(key, number, sizeBytes));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  Path quarantine() {
    return root.resolve("quarantine");
  }

  Path references() {
    return root.resolve("references");
  }

  Path newReferences() {
    return root.resolve("references.new");
  }

  Path distrustedReferences() {
    return root.resolve("references.distrusted");
  }

  Path unforcedReferences() {
    return root.resolve("references.unforced");
  }

  Path boot() {
    return root.resolve("boot");
  }

  Path lock() {
    return root.resolve("lock");
  }

  List<Path> folders() {
    List<Path> folders = new ArrayList<>();
    folders.add(root);
    folders.add(chunks());
    folders.add(staging());
    folders.add(quarantine());
    return folders;
  }
}
