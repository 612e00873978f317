/// Answers peers: chunks, what is here of a root, and which other peers take part.
///
/// Start at [NodeChunkServer]: every request of a peer arrives there, waits for its turn and
/// becomes a [MeteredSource], which [ActiveUploads] watches. [AvailabilityWatches] reports to peers
/// what is here of a root, [PeerGossip] introduces the peers of a swarm to each other.
/// [RefusingServer] stands in for the server in a node that serves no peer.
@NullMarked
package io.shoal.runtime.serving;

import org.jspecify.annotations.NullMarked;
