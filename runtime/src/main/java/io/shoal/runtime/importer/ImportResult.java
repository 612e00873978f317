package io.shoal.runtime.importer;

import io.shoal.api.Cid;
import java.util.List;
import java.util.Optional;

/// The result of one import.
///
/// @param root the content's root
/// @param name what it is called
/// @param folder whether it is a folder
/// @param sizeBytes file bytes in it
/// @param files how many files it holds
/// @param chunks how many distinct chunks it has, nodes included
/// @param newChunks how many of them the store did not have
/// @param newBytes their bytes
/// @param digests whole digests of its files, if they were asked for
/// @param skipped paths that were skipped, each with the reason in one line
/// @param unportable how many of its names some systems cannot hold
/// @param firstUnportable the first of them with the reason, in one line
/// @param changed files that were changed while they were read: what was imported of them may never
///   have been in them
public record ImportResult(
    Cid root,
    String name,
    boolean folder,
    long sizeBytes,
    long files,
    long chunks,
    long newChunks,
    long newBytes,
    List<FileDigest> digests,
    List<String> skipped,
    long unportable,
    Optional<String> firstUnportable,
    List<String> changed) {

  /// The SHA-256 of all bytes of a file.
  ///
  /// @param file the file's root
  /// @param sha256 64 lower-case hex digits
  public record FileDigest(Cid file, long sizeBytes, String sha256) {}
}
