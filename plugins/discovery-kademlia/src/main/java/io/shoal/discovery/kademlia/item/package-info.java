/// Stored values (BEP 44): got, put, and kept alive.
@NullMarked
package io.shoal.discovery.kademlia.item;

import org.jspecify.annotations.NullMarked;
