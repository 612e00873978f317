/// Keeps chunks in an embedded database (RocksDB), for millions of small ones.
///
/// Start at [RocksdbStore], the plugin. [Database] is all that touches the library: two tables hold
/// the chunks, one their [ChunkRecord]s by [ChunkKey], one their bytes in pieces by number, so that
/// bytes are written once and never sorted anew. [DatabaseOptions] bounds the memory, [NativeCode]
/// loads the library, and [CallGate] keeps calls from a database that is closed.
///
/// A change takes the [KeyClaims] of its key, room in the [SpaceBudget] and a [WriterSlot], which
/// writes all of it in one batch. [GroupSync] makes changes durable, for all that wait at once.
/// [StoredReader] reads, [Quarantine] has the corrupt chunks, [SpaceReclaim] gives the room of
/// deleted ones back, [StoreInspection] shows all that, and [Faults] puts errors into words.
@NullMarked
package io.shoal.storage.rocksdb;

import org.jspecify.annotations.NullMarked;
