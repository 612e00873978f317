package io.shoal.api;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/// Keeps chunks, addressed by their hash.
///
/// The multihash alone is the address: CIDs that differ in codec or version only name the same
/// chunk. A store does not hash: the caller has verified what it commits, and verifies what it
/// reads. Chunks have 0 bytes to 2 MiB. Identity CIDs never reach a store.
/// * **Atomicity**: a chunk is either wholly there or not at all, for every reader at every moment,
///   and after a crash at every moment.
/// * **Durability**: what was committed, adopted or deleted before [#sync] began survives a power
///   loss once `sync` returned. Later changes may or may not be there, each as a whole. [#close]
///   need not wait for the medium, but loses nothing: after it and another start all is there that
///   was there before, unless the power was lost meanwhile.
/// * **Concurrency**: every method may be called from any number of threads at once. Several
///   writers of one chunk are allowed; one of them wins and the others commit without effect.
///
/// All methods throw [IOException] when the medium failed, with a message that names the path and
/// what to do; a failed write or sync of an object is never retried as if nothing had happened.
public non-sealed interface ChunkStore extends Extension {

  /// The largest chunk that a store must take.
  int MAX_CHUNK_SIZE_BYTES = 2 * 1024 * 1024;

  /// Opens a chunk for reading and holds a lease on it: the bytes stay readable until the reader is
  /// closed, whatever is deleted or forgotten meanwhile.
  ///
  /// A chunk in an adopted file is checked before it is opened: if size, modification time or inode
  /// differ from the [FileRef], the reference is dropped and the chunk is absent.
  ///
  /// @return the reader, or empty if the chunk is not here
  Optional<ChunkReader> open(Cid cid) throws IOException;

  /// Whether [#open] would find the chunk. Answers without touching its bytes.
  boolean contains(Cid cid) throws IOException;

  /// Begins to store a chunk of exactly `sizeBytes`. Reserves the space, so that the quota is never
  /// exceeded by writers that race.
  ///
  /// @throws StoreFullException quota or free-space floor reached; nothing was reserved
  ChunkWriter create(Cid cid, int sizeBytes) throws IOException, StoreFullException;

  /// Removes a chunk or, if it lies in an adopted file, the claim on it; the user's file is never
  /// touched. Readers that are open go on.
  ///
  /// With [Removal#UNREFERENCED] every copy goes: the store's own and the claims of all files.
  ///
  /// With [Removal#CORRUPT] exactly one copy goes, the one that [#open] would give now: a store
  /// does not hash, so that it cannot know of the others. Its bytes are quarantined where the user
  /// can look at them (a store may drop them if it has no such place) and do not count as stored
  /// any more. If there is another copy (owned and adopted, or in several files, or twice in one),
  /// it stays, and `open` gives it next. A caller that found a corrupt copy therefore removes it
  /// and opens again, until what it reads is right or nothing is left. Callers that may race over
  /// one chunk check and remove under one lock of theirs, or a good copy goes for the corrupt one
  /// that another caller removed already.
  ///
  /// @return whether there was a copy to remove
  boolean delete(Cid cid, Removal why) throws IOException;

  /// Shows every copy of a chunk to `right`, and removes those that it rejects, as of
  /// [Removal#CORRUPT]; a store that keeps one copy of a chunk need not override the default, which
  /// looks at one after the other until one is right.
  ///
  /// @param right called once for each copy; copies that come meanwhile may be skipped
  /// @return how many copies were removed
  default int audit(Cid cid, CopyCheck right) throws IOException {
    for (int removed = 0; ; removed++) {
      Optional<ChunkReader> copy = open(cid);
      if (copy.isEmpty()) {
        return removed;
      }
      try (ChunkReader reader = copy.get()) {
        if (right.isRight(reader)) {
          return removed;
        }
      }
      if (!delete(cid, Removal.CORRUPT)) {
        return removed;
      }
    }
  }

  /// Reports every chunk that is here, in no order, each once; `raw` is the codec where the store
  /// does not remember one. Chunks that come or go meanwhile may be reported or not. No lock is
  /// held while `each` runs.
  void cids(Consumer<StoredChunk> each) throws IOException;

  /// How much is stored and how much room there is. Cheap: no walk over the content.
  StoreUsage usage() throws IOException;

  /// Makes durable all that was committed, adopted, relocated, forgotten and deleted before this
  /// call, in one group.
  ///
  /// A chunk that could not be made durable is not here any more. The `sync` of one caller fails
  /// then, and that may be another one that ran at the same time: a caller that must be sure of a
  /// chunk checks with [#contains] that it is still here after its own `sync` returned.
  ///
  /// @throws IOException all that came since the last `sync` that returned must be taken as lost
  void sync() throws IOException;

  /// The ability to serve users' files in place, if the store has it. Always the same answer.
  Optional<FileBacked> fileBacked();

  /// Looks at a copy of a chunk, in the thread that asked.
  @FunctionalInterface
  interface CopyCheck {
    /// @param copy what is stored; the store closes it
    /// @return whether it hashes to the chunk's CID
    boolean isRight(ChunkReader copy) throws IOException;
  }

  /// Why a chunk is removed.
  enum Removal {
    /// Nothing needs it: garbage collection, or the user's request.
    UNREFERENCED,
    /// Its bytes do not hash to its CID.
    CORRUPT
  }

  /// A chunk as [#cids] reports it.
  ///
  /// @param cid its id
  /// @param sizeBytes its size
  /// @param adopted whether the bytes are in a user's file and count against no quota
  record StoredChunk(Cid cid, int sizeBytes, boolean adopted) {}
}
