/// Keeps this node's keys announced.
@NullMarked
package io.shoal.discovery.kademlia.announce;

import org.jspecify.annotations.NullMarked;
