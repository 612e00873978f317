/// The side that fetches: chunks from other gateways.
///
/// Start at [GatewayClient]. A gateway is a [GatewayConnection], which is none of TCP: it asks for
/// each chunk by a request of its own, some at once. [GatewayBody] is one chunk on its way; nothing
/// that a gateway sends is believed here.
@NullMarked
package io.shoal.transport.http.fetch;

import org.jspecify.annotations.NullMarked;
