/// One connection: its frames on the event loop, its face to the node, and the calls of the node.
@NullMarked
package io.shoal.transport.tcp.connection;

import org.jspecify.annotations.NullMarked;
