/// Keeps chunks as files named by their hash.
///
/// Start at [FilesystemStore], which joins two halves: chunks that the store wrote itself
/// (`owned.OwnedChunks`), and runs of users' files that are served in place (`adopted.AdoptedFiles`
/// for the files, `adopted.AdoptedChunks` for the chunks in them).
///
/// ### In memory
///
/// `chunk.ChunkIndex` says where every chunk is, in 60 to 70 bytes a place; a chunk that is in
/// several places has the owned one first. Two classes share it: `owned.Catalog` adds what is
/// staged and which folders changed, `adopted.ClaimTable` adds the files in columns of about 110
/// bytes (`FileColumns`), and the changes that are not on disk yet (`PendingChange`). Its monitor
/// guards all three and is never held across IO, so that serving a chunk never waits for a sync.
/// `owned.SpaceBudget` reserves room before a byte is written.
///
/// ### On disk
///
/// `chunk.ChunkLayout` names the files. There is no index among them.
/// - `chunks/ab/NAME`: owned chunks that are whole and durable. Nothing else is ever there, so that
///   a start believes the names and reads no chunk.
/// - `staged/NUMBER-NAME`: committed and not synced, and `staged/NUMBER.tmp`: being written.
/// - `boot`: the run of the operating system in which `staged` was filled.
/// - `quarantine/`: corrupt chunks, at most a hundred.
/// - `references` (`journal.ReferenceJournal`): files and claims that are durable. `SHOALRF1`, then
///   frames `length:4 crc32c:4 payload` (`JournalFrames`), each with one `JournalRecord`.
/// - `references.unforced` (`journal.UnforcedReferences`): files and claims that are not.
///   `SHOALRU1`, the boot id, a line feed, then the same frames.
/// - `references.new`: the journal while it is written anew; `references.distrusted`: says that a
///   write of the journal failed.
/// - `lock`: held while a node uses the folder.
///
/// ### Order of writing
///
/// Data comes before whatever claims it.
/// - An owned chunk: room reserved → `NUMBER.tmp` written → renamed to its staged name (`commit`:
///   from now on it is served) → forced, many side by side (`disk.ForceThreads`) → renamed to its
///   place under `chunks` → the folder forced (`sync`).
/// - A claim: kept in `ClaimTable` (`adopt`: from now on it is served) → after each 16 MiB written
///   to `references.unforced` without a force (`ReferenceLog#note`) → at `sync`:
///   `references.unforced` deleted → the users' files forced → their folders forced → the records
///   appended to `references` → that forced.
/// - A file's new name: `adopted.FileMove` has the order.
///
/// A force of bytes that failed is never tried again, since a second one succeeds without having
/// written anything: the chunk is removed, or the file with its claims dropped, and `sync` fails.
/// The journal is not appended to after such a fault, but written anew from `ClaimTable`
/// (`JournalSnapshot`).
///
/// ### Losses
///
/// - A kill loses chunks whose writer had not committed, and claims that were not noted: of at most
///   16 MiB, whose bytes are read and hashed again. `staged` and `references.unforced` are still
///   whole, since the same run of the system has their bytes in memory.
/// - A process without descriptors loses nothing: what it could not open to force waits for the
///   next sync (`NotOpenedException`).
/// - A power loss takes what was not synced. `boot` and the boot id in `references.unforced` differ
///   then: `staged` is swept and `references.unforced` ignored. A torn end of `references` is
///   recognised by its checksum and cut off.
///
/// ### Start
///
/// `OwnedChunks#load` lists `staged` and `chunks` into the index. `AdoptedFiles#load` replays the
/// journal into `ClaimTable`, does again what an earlier process did and did not force
/// (`UnforcedReplay`: the next sync forces it), and ends moves that a crash interrupted. No file of
/// a user is read: its size, times and inode are compared when a chunk in it is opened, and again
/// after its last byte (`ChangeCheck`).
@NullMarked
package io.shoal.storage.filesystem;

import org.jspecify.annotations.NullMarked;
