/// Who is known: the routing table, who may be in it, and how it outlives a restart.
@NullMarked
package io.shoal.discovery.kademlia.routing;

import org.jspecify.annotations.NullMarked;
