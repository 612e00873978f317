/// Answers peers: chunks, what is here of a root, and which other peers take part.
///
/// Start at [NodeChunkServer]: every request of a peer arrives there, waits for its turn
/// ([UploadTurns]; before that, where the node's rate is low, for the peer that is sent the same
/// chunk: [SlowChunks]) and becomes a [MeteredSource], which [ActiveUploads] watches.
/// [ForeignUploads] gives turns of the same line to the peers of other systems that plugins serve;
/// an [UploadMeter] counts for both. [AvailabilityWatches] reports to peers what is here of a root,
/// [PeerGossip] introduces the peers of a swarm to each other, [RootNames] has the names of roots
/// for them. [RefusingServer] stands in for the server in a node that serves no peer.
@NullMarked
package io.shoal.runtime.serving;

import org.jspecify.annotations.NullMarked;
