package io.shoal.discovery.kademlia.lookup;

/// The reason why a lookup ended, the best first; see [Lookup] for what each proves.
public enum LookupEnd {
  /// The k closest have answered, and every closer node that is known was asked.
  ENOUGH,

  /// All known nodes were asked, but fewer than k answered: the network is that small, or fails.
  EXHAUSTED,

  /// It sent as many queries as it may; nothing is proven.
  LIMIT_REACHED,

  /// No node answered, or there was none to ask.
  NOBODY_ANSWERED
}
