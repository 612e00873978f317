/// One connection: its frames on the event loop, its face to the node, and the calls of the node.
///
/// Start at [TcpConnection], which the node holds. Bytes come in at [FrameHandler], the only class
/// here that knows the rules of the protocol; it runs on the event loop and never blocks. Calls of
/// the node, which may block, run on virtual threads ([NodeCalls]); threads that want to send hand
/// over to the loop ([EventLoop]).
@NullMarked
package io.shoal.transport.tcp.connection;

import org.jspecify.annotations.NullMarked;
