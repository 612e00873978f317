/// What this node keeps for others and answers them, within bounds.
@NullMarked
package io.shoal.discovery.kademlia.respond;

import org.jspecify.annotations.NullMarked;
