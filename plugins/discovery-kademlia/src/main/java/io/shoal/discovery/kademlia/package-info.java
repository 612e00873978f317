@NullMarked
package io.shoal.discovery.kademlia;

import org.jspecify.annotations.NullMarked;
