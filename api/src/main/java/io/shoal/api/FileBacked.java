package io.shoal.api;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The ability of a [ChunkStore] to serve chunks out of users' files, with no second copy.
///
/// A *reference* is a file together with the claim which runs of it are which chunks. There are two sorts: a *settled* one for a file that its
/// user owns and that must not change, and a *growing* one for a file that the node itself is writing (a download's `NAME.part`), whose times change all the while. A growing reference becomes settled by
/// [#relocate].
///
/// Claims become visible at once and durable with [ChunkStore#sync], which forces the bytes of the adopted files **before** the claims: a claim
/// that survived a crash stands on bytes that survived it.
public interface FileBacked {

  /// Begins a settled reference to a user's file, or returns the one there is if the file has not changed. The file is looked at as it is now;
  /// symbolic links are not followed.
  ///
  /// @throws UserFaultException no such file, no right to read it, or not a regular file
  FileRef openFile(Path path) throws IOException, UserFaultException;

  /// Begins a growing reference to a file that the node is writing, or takes up the one left by an earlier process if path and inode are still the
  /// same, with its claims that were synced. The file exists already.
  FileRef openGrowing(Path path) throws IOException, UserFaultException;

  /// Claims that each of `segments` lies in the file. The caller has verified the bytes.
  ///
  /// @throws ChunkChangedException the file of a settled reference is not what it was at [#openFile]; its claims are dropped
  void adopt(FileRef ref, List<Segment> segments) throws IOException, ChunkChangedException;

  /// Moves the file to `target` (replacing nothing unless `replace`) with all claims kept, and settles the reference. The rename is atomic, and so is the change of the
  /// claims: after a crash the claims name either the old path or the new one, whichever is there.
  ///
  /// @return the settled reference
  /// @throws UserFaultException `target` exists and `replace` is false
  FileRef relocate(FileRef ref, Path target, boolean replace)
      throws IOException, UserFaultException;

  /// Drops the reference and its claims once no reader holds a lease on them; the file stays. Safe to call for one that is gone.
  void forget(FileRef ref) throws IOException;

  /// The reference to the file at `path` and what it claims, if there is one.
  Optional<FileClaims> claims(Path path) throws IOException;

  /// Tells every reference, with what became of its file.
  void references(Consumer<FileClaims> each) throws IOException;

  /// A run of a file that is a chunk.
  ///
  /// @param cid the chunk
  /// @param offsetBytes where it begins in the file
  /// @param sizeBytes how long it is, 0 to 2 MiB
  record Segment(Cid cid, long offsetBytes, int sizeBytes) {}

  /// A reference and its claims.
  ///
  /// @param ref the reference
  /// @param state whether the file still is what the reference says
  /// @param segments the claims, in order of offset; empty where the reference was dropped
  record FileClaims(FileRef ref, FileState state, List<Segment> segments) {}

  /// What became of a referenced file.
  enum FileState {
    /// It is as it was: its chunks are served.
    INTACT,
    /// The node is writing it: claimed chunks are served.
    GROWING,
    /// Size, time or inode differ: its chunks are served no longer.
    CHANGED,
    /// It is not there any more.
    MISSING
  }
}
