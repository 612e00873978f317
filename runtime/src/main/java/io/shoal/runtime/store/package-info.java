/// The content of this node: verified chunks, kept roots, and protection for running work.
///
/// Start at [LocalStore]: the storage plugin's chunks together with what checks them ([ChunkCheck],
/// [VerifiedChunks], [Quarantine]). [LocalDag] reads DAGs from it.
///
/// Three things protect chunks from garbage collection: the roots in [RootIndex], the unfinished
/// downloads in [DownloadJournal], and the [TemporaryPins] of work that nothing refers to yet. Work
/// passes a root on in the order pin, journal, index, and the collection looks in the same order,
/// so that it never misses one. [CollectionLock] separates imports from collections: an import
/// counts on chunks that it found.
@NullMarked
package io.shoal.runtime.store;

import org.jspecify.annotations.NullMarked;
