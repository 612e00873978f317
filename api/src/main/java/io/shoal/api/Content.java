package io.shoal.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// A file or folder that this node has, open for reading at any place; see [NodeAccess#open]. Made
/// by the node. Usable from any number of threads at once.
///
/// Every byte that it gives was checked against the CID of its chunk, now or earlier in this
/// process; bytes in a user's file are given only if the file did not change since. Nothing is
/// fetched: a part that is not here is a [RetryableException] of the call that needs it.
///
/// While it is open, garbage collection spares what is below its root. A user can change or remove
/// a file that is served in place all the same; then its bytes are not here any more. It keeps no
/// file open between two calls, but for the regions that it gave out, and has at most one chunk and
/// the list of its files in memory. A node has at most 256 of them open.
///
/// Once it or the node is closed, all methods but [#close] and those that answer from memory
/// ([#root], [#cid], [#name], [#isFolder]) throw [IllegalStateException].
@Experimental
public interface Content extends AutoCloseable {

  /// The root that it was opened by.
  ///
  /// @return in version 1
  Cid root();

  /// Its own CID: that of the root, or of what lies there at the path. The same bytes have the same
  /// CID for ever, so it serves as a tag for caches.
  ///
  /// @return in version 1
  Cid cid();

  /// Its name: the last name of the path or, without a path, the name that the node has for the
  /// root.
  ///
  /// @return a name without `/`; empty if there is none
  Optional<String> name();

  /// Whether it is a folder.
  ///
  /// @return false for a file
  boolean isFolder();

  /// All files in it, in the order of their paths (by UTF-16 unit), at any depth; the content
  /// itself if it is a file. Symbolic links and what is no file are left out. The list is made at
  /// the first call, which reads every folder below, and is the same later.
  ///
  /// @return at most 100,000 files
  /// @throws RetryableException a part that the list needs is not here, or the lists of all open
  ///   contents have 200,000 files together
  /// @throws PermanentException there are more than 100,000 files, or what is here is not a valid
  ///   folder; open a path below it instead
  /// @throws IOException the medium failed; [java.io.InterruptedIOException], with the thread's
  ///   flag set, if interrupted
  List<FileEntry> files() throws ShoalException, IOException;

  /// Reads from `offsetBytes` of a file into `into`, at least one byte unless the end is reached or
  /// `into` is full; often less than there is room for, since a call does not go beyond a chunk.
  /// Reads nothing of the file but the chunk with these bytes and the nodes that lead to it.
  ///
  /// @param file a position in [#files]; 0 for a content that is a file
  /// @param offsetBytes where to begin in the file, at least 0
  /// @param into the caller's, on the heap or direct
  /// @return the number of bytes read; -1 if `offsetBytes` is the end of the file or beyond; else 0
  ///   if `into` has no room
  /// @throws RetryableException these bytes are not here, or not as they should be
  ///   ([ChunkChangedException]); bytes that are in `into` already must not be used
  /// @throws PermanentException what is here is not a valid file
  /// @throws IOException the medium failed; [java.io.InterruptedIOException], with the thread's
  ///   flag set, if interrupted
  /// @throws IndexOutOfBoundsException there is no such file, or the offset is negative
  int read(int file, long offsetBytes, ByteBuffer into) throws ShoalException, IOException;

  /// Where the bytes from `offsetBytes` of a file lie in a file on disk, as far as the chunk goes,
  /// for `sendfile`. The caller closes what it gets; at most 16 are open at once.
  ///
  /// @param file a position in [#files]; 0 for a content that is a file
  /// @param offsetBytes where to begin in the file, at least 0
  /// @return empty if the bytes lie in no file, at the end of the file, and when 16 are open: then
  ///   [#read] has them
  /// @throws RetryableException these bytes are not here
  /// @throws PermanentException what is here is not a valid file
  /// @throws IOException the medium failed; [java.io.InterruptedIOException], with the thread's
  ///   flag set, if interrupted
  /// @throws IndexOutOfBoundsException there is no such file, or the offset is negative
  Optional<Region> region(int file, long offsetBytes) throws ShoalException, IOException;

  /// Ends the lease and closes its regions. Safe to call twice.
  @Override
  void close();

  /// Bytes of a content that lie in a file on disk: a lease of one chunk. Usable from one thread at
  /// a time.
  interface Region extends AutoCloseable {

    /// The bytes.
    ///
    /// @return the run; its channel belongs to this region: do not close it, do not move its
    ///   position, do not use it after [#close]
    FileRegion bytes();

    /// Says whether the bytes are still those that were checked. Called after the last of them was
    /// sent, and before the end of the answer is marked to the peer.
    ///
    /// @throws ChunkChangedException the user's file changed meanwhile: break the answer off
    /// @throws IOException the file could not be looked at
    void revalidate() throws ChunkChangedException, IOException;

    /// Ends the lease. Safe to call twice.
    @Override
    void close();
  }
}
