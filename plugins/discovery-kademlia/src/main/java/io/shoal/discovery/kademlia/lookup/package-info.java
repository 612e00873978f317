/// Asking others: one query and what becomes of it, and the iterative lookup made of many.
@NullMarked
package io.shoal.discovery.kademlia.lookup;

import org.jspecify.annotations.NullMarked;
