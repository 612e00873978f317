/// Connections to peers, dialled, accepted, shared and bounded; the runtime's messages over them,
/// byte by byte; and whether other peers can reach this node.
///
/// Start at [Connections]: the open ones. [Dialler] makes new ones, once [GatedServer] and the
/// access gate have admitted the peer. [MessageTypes] lists the messages; each has one class for
/// its bytes, whose reading throws [io.shoal.api.PeerFaultException] and nothing else, whatever a
/// stranger sends. [DialBack] asks peers to connect back, [Reachability] draws the conclusion.
///
/// Invariant: no lock is held while something is dialled, sent or closed.
@NullMarked
package io.shoal.runtime.connection;

import org.jspecify.annotations.NullMarked;
