/// Stored values (BEP 44): got, put, and kept alive.
///
/// Start at [ItemClient], which gets and puts items in the network: an [ItemGet] listens to a
/// lookup and keeps the newest verified item, a [PutRound] gives an item to the closest nodes.
/// [ItemName] says which item is meant, and verifies answers with [Ed25519]. [ItemStore] holds the
/// items that other nodes put here; the client puts them again before they expire.
@NullMarked
package io.shoal.discovery.kademlia.item;

import org.jspecify.annotations.NullMarked;
