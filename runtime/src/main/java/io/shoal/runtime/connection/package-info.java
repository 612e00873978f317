/// Connections to peers, dialled, let in, shared, bounded; the small messages over them, byte by
/// byte; and whether others can reach this node.
@NullMarked
package io.shoal.runtime.connection;

import org.jspecify.annotations.NullMarked;
