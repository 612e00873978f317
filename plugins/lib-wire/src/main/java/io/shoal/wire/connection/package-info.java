/// One connection: its frames on the event loop, its face to the node, and the calls of the node.
///
/// Start at [WireConnection], which the node holds. Bytes come in at [FrameStream] and are frames
/// at [FrameHandler], the only class here that knows the rules of the protocol; both run on the
/// event loop and never block. A transport brings the [Carrier]: one stream for all, or many. Calls
/// of the node, which may block, run on virtual threads ([NodeCalls]); threads that want to send
/// hand over to the loop ([EventLoop]).
@NullMarked
package io.shoal.wire.connection;

import org.jspecify.annotations.NullMarked;
