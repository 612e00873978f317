package io.shoal.runtime.store;

import io.shoal.api.Cid;
import java.nio.file.Path;
import java.util.Optional;

/// A root that this node has wholly.
///
/// @param cid the root, version 1
/// @param name its name, or empty
/// @param sizeBytes file bytes in it
/// @param folder whether it is a folder
/// @param pinned whether garbage collection keeps it
/// @param path where its files lie, if they are served in place
/// @param sha256 the whole file's digest in hex, if known
public record KeptRoot(
    Cid cid,
    String name,
    long sizeBytes,
    boolean folder,
    boolean pinned,
    Optional<Path> path,
    Optional<String> sha256) {

  /// A root whose chunks are in the store and stay there.
  public static KeptRoot pinned(Cid root, String name, long sizeBytes, boolean folder) {
    return new KeptRoot(
        root.toV1(), name, sizeBytes, folder, true, Optional.empty(), Optional.empty());
  }

  /// A root whose leaves are served from a user's files.
  public static KeptRoot inPlace(Cid root, String name, long sizeBytes, boolean folder, Path path) {
    return new KeptRoot(
        root.toV1(), name, sizeBytes, folder, false, Optional.of(path), Optional.empty());
  }

  /// A root whose chunks are in the store, which cannot serve users' files, without being pinned.
  public static KeptRoot cached(Cid root, String name, long sizeBytes, boolean folder) {
    return new KeptRoot(
        root.toV1(), name, sizeBytes, folder, false, Optional.empty(), Optional.empty());
  }

  KeptRoot asPinned() {
    return new KeptRoot(cid, name, sizeBytes, folder, true, path, sha256);
  }

  /// The same with the whole file's digest in hex, or with none.
  public KeptRoot withDigest(Optional<String> hex) {
    return new KeptRoot(cid, name, sizeBytes, folder, pinned, path, hex);
  }

  /// Both at once: what this says, and what `older` knew and this does not.
  KeptRoot over(KeptRoot older) {
    return new KeptRoot(
        cid,
        name.isEmpty() ? older.name : name,
        sizeBytes,
        folder,
        pinned || older.pinned,
        path.isPresent() ? path : older.path,
        sha256.isPresent() ? sha256 : older.sha256);
  }
}
