/// The DHT's datagrams as values, to and from bytes, and the words in them: ids, contacts, items,
/// tokens; reading never throws.
@NullMarked
package io.shoal.discovery.kademlia.krpc;

import org.jspecify.annotations.NullMarked;
