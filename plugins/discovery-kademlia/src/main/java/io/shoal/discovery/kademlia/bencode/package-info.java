/// Bencode (BEP 3), strict and lenient, to and from bytes.
@NullMarked
package io.shoal.discovery.kademlia.bencode;

import org.jspecify.annotations.NullMarked;
