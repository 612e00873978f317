/// Serves content over HTTP, as an IPFS trustless gateway and for browsers, and fetches chunks from
/// such gateways.
///
/// Start at [HttpTransport]. [Listening] binds the sockets; from there `server` takes connections
/// and `gateway` answers requests. `fetch` is the other side.
@NullMarked
package io.shoal.transport.http;

import org.jspecify.annotations.NullMarked;
