package io.shoal.discovery.kademlia.lookup;

/// Why a lookup ended; see [Lookup] for what each proves. In the order of their worth, the best
/// first.
public enum LookupEnd {
  /// The k closest have answered, and nobody closer is known who was not asked.
  ENOUGH,

  /// All that are known were asked, but fewer than k answered: a network that small, or one that
  /// fails.
  EXHAUSTED,

  /// It had sent as many queries as it may; nothing is proven.
  LIMIT_REACHED,

  /// Nobody answered, or there was nobody to ask.
  NOBODY_ANSWERED
}
