/// The plugin: configuration, sockets, the one thread, and the blocking calls of the API.
@NullMarked
package io.shoal.discovery.kademlia;

import org.jspecify.annotations.NullMarked;
