/// Addresses of peers: HOST:PORT as it is written, its look-up, and what this machine lacks when a
/// dial fails.
///
/// Start at [HostPort].
@NullMarked
package io.shoal.wire.address;

import org.jspecify.annotations.NullMarked;
