/// The frames of the protocol `shoal/1` and the rules of a connection, without sockets, clock or
/// threads.
///
/// Start at [ConnectionMachine]: both sides of a connection run one, and it throws when the peer
/// breaks a rule. [Frame] has the frames, [FrameCodec] and [FrameReader] turn them to bytes and
/// back, [WireLimits] bounds them. `protocol-tcp.md` is the protocol in prose; a test compares its
/// examples with the code.
@NullMarked
package io.shoal.wire;

import org.jspecify.annotations.NullMarked;
