/// A whole member as one state machine, without threads, clock or socket; and its inside, for who
/// is curious.
@NullMarked
package io.shoal.discovery.kademlia.node;

import org.jspecify.annotations.NullMarked;
