/// Keeps this node's keys announced.
///
/// Start at [Announcer]: each key is looked up, announced at the closest nodes, and renewed in
/// time. [AnnouncedKeys] decides which of the [AnnouncedKey]s goes next, [AnnouncePace] how many go
/// in a second, [AddressPacer] how many queries one address gets.
///
/// One announcement is a lookup through [PacedQueries], then an [AnnounceRound] for one key or
/// [AnnounceBatches] for many. [Neighbourhood] remembers the nodes that earlier keys met, which is
/// what makes a sweep over many keys cheap. [AnnounceFigures] counts all that; [AnnounceStatus]
/// puts it into words.
@NullMarked
package io.shoal.discovery.kademlia.announce;

import org.jspecify.annotations.NullMarked;
