/// The side that clients dial: connections of HTTP/1.1 and their bounds.
///
/// Start at [HttpServer]. [HttpChannel] takes the requests of one connection, one after the other;
/// each is answered on a virtual thread as a [ChannelExchange]. The node knows clients as
/// [ClientPeer]s, one for each host.
@NullMarked
package io.shoal.transport.http.server;

import org.jspecify.annotations.NullMarked;
