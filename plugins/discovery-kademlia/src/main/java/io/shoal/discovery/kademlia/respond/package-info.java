/// Keeps what other nodes store here, and answers their queries, within limits.
///
/// Start at [Responder]: it answers a query from the routing table, the [ProviderStore] and the
/// item store of package `item`. [ProviderSet] holds the providers of one key, [KeySample] the keys
/// that are shown to others (BEP 51). [RateLimiter] decides whether a query is answered at all,
/// [ReplySize] how large the answer may be to an address that may be forged.
@NullMarked
package io.shoal.discovery.kademlia.respond;

import org.jspecify.annotations.NullMarked;
