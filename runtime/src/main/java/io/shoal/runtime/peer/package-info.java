/// Knowledge of peers: their identity, what they did, which are banned, where one may dial.
///
/// Start at [PeerBook]: all that is remembered, behind one lock, and by [PeerBookFile] from one run
/// to the next. [Reputation] is the score of one peer, [Bans] which peers, hosts and networks are
/// banned; both are pure. [PeerKey] identifies a peer, [PeerOrigin] says where it comes from,
/// [AddressScope] and [DialLimits] keep strangers from making this node dial where it should not.
///
/// Invariant: a peer is held to account only for what it proved to be.
@NullMarked
package io.shoal.runtime.peer;

import org.jspecify.annotations.NullMarked;
