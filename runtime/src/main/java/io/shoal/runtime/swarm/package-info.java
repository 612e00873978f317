/// Which chunk is asked of which peer: a state machine without clock, IO and threads.
///
/// Start at [Swarm]: its owner reports events and carries out the [SwarmAction]s that it returns.
/// [ChunkPicker] picks the chunk for a peer, with [RarityBuckets] for "rarest first", [EndGame] for
/// the last chunks and peers that give nothing, [PeerFetchNotices] for what other downloaders
/// fetch. [SwarmPeer] is what is known of one peer: [PeerHoldings] what it has, [StallDetection]
/// whether it gives too little; [Probation] limits what unproven ones are asked for.
///
/// Invariant: no class here reads a clock, does IO or starts a thread. Time is passed to each call,
/// the random source to the constructor, and all calls for one swarm come from one thread: so that
/// the same classes run in a download and in a simulation, where the same seed is the same run.
@NullMarked
package io.shoal.runtime.swarm;

import org.jspecify.annotations.NullMarked;
