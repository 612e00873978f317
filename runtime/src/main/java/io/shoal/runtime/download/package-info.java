/// One download, from its first provider to its last verified leaf, as the swarm decides.
///
/// Start at [Download][io.shoal.runtime.download.Download]: its loop in `run` is all that happens,
/// in order. Every class name below is one of this package unless it says otherwise.
///
/// ## The classes
///
/// `Downloads` is the list of what runs and what is paused; the node reports connections, peers and
/// their messages to it, and it passes them to the downloads of the same root. `FetchNotices` does
/// so for notices of what other downloaders fetch. `DownloadRequest` says what one download is to
/// do, `DownloadParts` is what all of them share, `DownloadCounters` outlives an attempt.
///
/// A `Download` owns one of each of these:
/// - a [Swarm][io.shoal.runtime.swarm.Swarm], which decides which chunk is asked of which peer. It
///   knows chunks by number only; `WantedChunks` has their ids.
/// - a [PeerFinder][io.shoal.runtime.discovery.PeerFinder], which brings connections.
/// - `DownloadPeers`: the peers that take part (`DownloadPeer`), let in by `PeerAdmission`. Holds
///   one use of each connection. A peer's updates wait in its `PendingAvailability`.
/// - [PeerNames][io.shoal.runtime.destination.PeerNames]: what they call the root, if it has no
///   name yet.
/// - `DownloadContent`: what to fetch and where it goes. First `NodeFetch` brings the DAG's nodes
///   into the store. Then the plan of files is known, and the leaves go into a `LeafSink`:
///   `IntoFile` (a target), `IntoStore` (no target) or `IntoReader` (a stream, in order). What does
///   not fit into the store is refused by `StoreRoom`.
/// - `DownloadOutlook`: describes the download, and gives it up with the cause that helps most.
///
/// For each request there is a `ChunkReceiver`. It reads the chunk into a pooled buffer and hashes
/// the bytes as they arrive; only a chunk with the right hash goes to the taker, which `NodeFetch`
/// or the sink has made for it. So nothing unverified is ever written.
///
/// `IntoReader` works through `StreamedLeaves`, which brings leaves as the `LeafWindow` admits
/// them; the reader takes them out at the other end. `StreamMemory` bounds all windows together.
///
/// ## Which thread
///
/// Everything of a download is confined to its own virtual thread, `download-ROOT`, which takes
/// events from one queue. Other threads only put events there:
/// - a receiver's thread runs the `ChunkReceiver` and the taker, several at once. It is never
///   interrupted, since that would close the files that other receivers write to; a download is
///   stopped by a flag, and a receiver by closing its body.
/// - a connection's thread adds to `PendingAvailability` and to `Downloads`.
/// - the finder's threads search and dial.
/// - the checkpoint thread ([Checkpoints][io.shoal.runtime.destination.Checkpoints]) claims and
///   syncs what was written, and announces it to peers. It shares with takers one queue of written
///   leaves.
/// - the thread of the command waits in `Downloads`, and in `DiskPause` if the disk is full. That
///   of a reader takes from the `LeafWindow`.
///
/// ## What survives a stop
///
/// However a download ends, its receivers are stopped, its connections are released, and what was
/// verified is claimed and synced. After a crash the last sync counts. There remain the journal's
/// entry for the target, the part file or folder with the store's claims in it, and the nodes in
/// the store, which garbage collection spares because of the journal. An attempt that got nothing
/// leaves nothing. The knowledge of the swarm is gone; the peer book keeps their merits. A streamed
/// download has no entry: its nodes stay until the next collection.
///
/// The next attempt is a new `Download`. Its
/// [TargetReservation][io.shoal.runtime.destination.TargetReservation] finds the journal's entry
/// for the same root and target. `NodeFetch` finds the nodes in the store and reaches the same plan
/// without a peer. For each leaf the [ResumeScan][io.shoal.runtime.destination.ResumeScan] takes a
/// claim as it is, hashes unclaimed bytes of the part, and copies from the store what is there. The
/// rest is asked for.
///
/// A full disk ends an attempt in the same way. `DiskPause` lists it as a `PausedDownload`, so that
/// its target stays reserved, waits for room, and lets the caller begin the next attempt with the
/// same counters and the time that is left.
@NullMarked
package io.shoal.runtime.download;

import org.jspecify.annotations.NullMarked;
