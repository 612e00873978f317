/// Carries chunks over TCP, with TLS 1.3 or in the clear.
///
/// Start at [TcpTransport]. [Listening] accepts connections and [Dialling] makes them; from there
/// on both are a `WireConnection` of the library `io.shoal.wire`, over a [TcpCarrier].
@NullMarked
package io.shoal.transport.tcp;

import org.jspecify.annotations.NullMarked;
