/// Carries chunks over QUIC (RFC 9000), with mutual TLS 1.3 and a stream for each request.
///
/// Start at [QuicTransport]. [Listening] accepts connections and [Dialling] makes them; from there
/// on both are a `WireConnection` of the library `io.shoal.wire`, over a [QuicCarrier].
@NullMarked
package io.shoal.transport.quic;

import org.jspecify.annotations.NullMarked;
