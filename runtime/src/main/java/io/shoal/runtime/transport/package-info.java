/// The transports of a node: which of their schemes it uses, and where they accept connections.
///
/// Start at [TransportChoice], which decides by the schemes' traits and the configuration.
/// [Listeners] opens and closes what accepts connections, and keeps the endpoints, which may
/// change.
@NullMarked
package io.shoal.runtime.transport;

import org.jspecify.annotations.NullMarked;
