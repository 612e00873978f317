package io.shoal.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/// Keeps chunks, addressed by their hash.
///
/// The multihash alone is the address: CIDs that differ in codec or version only name the same
/// chunk. A store does not hash: the caller has verified what it puts, and verifies what it reads.
/// Chunks have 0 bytes to 2 MiB. Identity CIDs never reach a store.
/// * **Atomicity**: a chunk is either wholly there or not at all, for every reader at every moment,
///   and after a crash at every moment.
/// * **Durability**: what was put, adopted or deleted before [#sync] began survives a power loss
///   once `sync` returned. Later changes may or may not be there, each as a whole. [#close] need
///   not wait for the medium, but loses nothing: after it and another start all is there that was
///   there before, unless the power was lost meanwhile. With [Trait#VOLATILE] nothing of this
///   holds: the store is empty after every start.
/// * **Concurrency**: every method may be called from any number of threads at once, virtual ones
///   and, for a store without [Trait#REMOTE], the platform threads of the node's bounded pool.
/// * **Time**: a call ends within 30 s; one that waits for a network gives up by then with a
///   [RetryableException]. The node interrupts a call that does not. [#sync] and the walks
///   [#chunks] and [#copies] may take as long as there is work for.
/// * **Interruption**: an interrupted call ends within a second with
///   [java.io.InterruptedIOException] and the thread's flag set, or goes on to its end if that is
///   near. A chunk is wholly stored or not at all either way. A store that reads through a channel
///   which several threads share must not let the interrupt of one close it
///   ([java.nio.channels.ClosedByInterruptException]).
///
/// ### Errors
///
/// * [RetryableException]: the same call may succeed later (a service answers "slow down", a
///   network is away). The node tries again after a while; to peers it says that it is busy, and no
///   peer is blamed. [StoreFullException] is one of these.
/// * [IOException]: the medium failed. The message names the path or the service and what to do. A
///   failed write or sync is never tried again as if nothing had happened.
/// * [IllegalArgumentException]: a chunk that is too large, or an identity CID: a bug of the
///   caller.
/// * [IllegalStateException]: the store is not started, or closed.
public non-sealed interface ChunkStore extends Extension {

  /// The largest chunk that a store must take. Never changes.
  int MAX_CHUNK_SIZE_BYTES = 2 * 1024 * 1024;

  /// Opens a chunk for reading and holds a lease on it: the bytes stay readable until the reader is
  /// closed, whatever is deleted or forgotten meanwhile.
  ///
  /// Of several copies the store's own comes first. A chunk in an adopted file is checked before it
  /// is opened: if size, modification time or inode differ from the [FileRef], the reference is
  /// dropped and the chunk is absent.
  ///
  /// @param cid the chunk
  /// @return the reader, which the caller closes; empty if the chunk is not here
  /// @throws IOException see the class
  /// @throws RetryableException see the class
  Optional<ChunkReader> open(Cid cid) throws IOException, RetryableException;

  /// What [#open] would give, without touching the bytes.
  ///
  /// @param cid the chunk
  /// @return empty if the chunk is not here
  /// @throws IOException see the class
  /// @throws RetryableException see the class
  Optional<StoredChunk> find(Cid cid) throws IOException, RetryableException;

  /// Stores a chunk, wholly or not at all: it is visible when this returns, and durable after
  /// [#sync]. A chunk that lies in an adopted file only is stored all the same. Of several threads
  /// that put one chunk, one stores it. A store to which bytes travel far looks for the chunk
  /// first.
  ///
  /// @param bytes the remaining ones are the chunk, 0 to 2 MiB, on the heap or direct
  ///   ([ByteBuffer#array] fails then), writable or not. The buffer stays the caller's: its
  ///   position ends at its limit if this returns and is undefined if this throws, and it is not
  ///   touched afterwards
  /// @param cid its id, whose hash the caller has checked
  /// @return false if the store has a copy of its own already: nothing was written
  /// @throws StoreFullException quota, free-space floor or medium; nothing was stored, and writers
  ///   that race never exceed the quota
  /// @throws IOException see the class; nothing was stored
  /// @throws RetryableException see the class; nothing was stored, as far as the store knows
  boolean put(Cid cid, ByteBuffer bytes) throws IOException, RetryableException;

  /// Removes every copy of a chunk: the store's own, and the claims of all adopted files; users'
  /// files are never touched. Readers that are open go on. Durable after [#sync].
  ///
  /// @param cid the chunk
  /// @return whether there was a copy
  /// @throws IOException see the class
  /// @throws RetryableException see the class
  boolean delete(Cid cid) throws IOException, RetryableException;

  /// Hands out every copy of a chunk in turn, the one that [#open] gives first, until `each` has
  /// seen enough. `each` may call [ChunkReader#discard] on what it gets. Copies that come meanwhile
  /// may be left out. A store that keeps one copy of a chunk needs no more than the default.
  ///
  /// @param each called in this thread, without a lock
  /// @param cid the chunk
  /// @throws IOException see the class, or what `each` threw
  /// @throws RetryableException see the class, or what `each` threw
  default void copies(Cid cid, CopySink each) throws IOException, RetryableException {
    Optional<ChunkReader> copy = open(cid);
    if (copy.isPresent()) {
      try (ChunkReader reader = copy.get()) {
        each.copy(reader);
      }
    }
  }

  /// Reports every chunk that is here, in no order, each once, until `each` has seen enough; `raw`
  /// is the codec where the store does not remember one. Chunks that come or go meanwhile may be
  /// reported or not. No list of all of them is built.
  ///
  /// @param each called in this thread, without a lock: this or another thread may call the store
  ///   meanwhile
  /// @throws IOException see the class
  /// @throws RetryableException see the class
  void chunks(ChunkSink each) throws IOException, RetryableException;

  /// How much is stored and how much room there is. Cheap: no walk over the content.
  ///
  /// @return the figures of now, or of a moment ago
  /// @throws IOException see the class
  /// @throws RetryableException see the class
  StoreUsage usage() throws IOException, RetryableException;

  /// Makes durable all that was put, adopted, relocated, forgotten and deleted before this call, in
  /// one group.
  ///
  /// A chunk that could not be made durable is not here any more. The `sync` of one caller fails
  /// then, and that may be another one that ran at the same time: a caller that must be sure of a
  /// chunk checks with [#find] that it is still here after its own `sync` returned.
  ///
  /// @throws IOException all that came since the last `sync` that returned must be taken as lost
  /// @throws RetryableException the same, and another try may succeed
  void sync() throws IOException, RetryableException;

  /// The ability to serve users' files in place, if the store has it. Always the same answer.
  ///
  /// Without it a download to a file keeps a second copy in the store, which `unpin` and garbage
  /// collection remove.
  ///
  /// @return the ability; empty by default
  default Optional<FileBacked> fileBacked() {
    return Optional.empty();
  }

  /// What is special about this store. Always the same answer, also before [#start].
  ///
  /// @return the traits; none by default
  default Set<Trait> traits() {
    return Set.of();
  }

  /// What the node does differently for some stores. Later versions may add more.
  enum Trait {
    /// Calls wait for a network: the node makes many at once, from virtual threads only.
    REMOTE,
    /// Other nodes use the same chunks: these may come and go at any time, and the garbage
    /// collection of one node removes none.
    SHARED,
    /// Nothing outlives the process.
    VOLATILE
  }

  /// Takes copies of a chunk, in the thread that asked.
  @FunctionalInterface
  interface CopySink {
    /// Takes one copy.
    ///
    /// @param copy one copy; the store closes it
    /// @return whether to go on
    /// @throws IOException reading failed: ends the walk
    /// @throws RetryableException reading failed for now: ends the walk
    boolean copy(ChunkReader copy) throws IOException, RetryableException;
  }

  /// Takes chunks, in the thread that asked.
  @FunctionalInterface
  interface ChunkSink {
    /// Takes one chunk.
    ///
    /// @param chunk one chunk
    /// @return whether to go on
    boolean chunk(StoredChunk chunk);
  }

  /// A chunk that is in the store.
  ///
  /// @param cid its id
  /// @param sizeBytes its size
  /// @param owned whether the store has a copy of its own; otherwise all copies lie in users'
  ///   files, go when these change, and count against no quota
  record StoredChunk(Cid cid, int sizeBytes, boolean owned) {}
}
