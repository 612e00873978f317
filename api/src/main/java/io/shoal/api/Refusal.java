package io.shoal.api;

import java.time.Duration;

/// The reason why a peer does not send a chunk.
///
/// Later versions may have more cases, so a `switch` needs a `default` branch: a transport sends
/// [NotHeld] in place of a case that it does not know.
public sealed interface Refusal
    permits Refusal.NotHeld,
        Refusal.Busy,
        Refusal.Denied,
        Refusal.Corrupt,
        Refusal.Gone,
        FutureCase {

  /// It does not have the chunk.
  record NotHeld() implements Refusal {}

  /// It has too much to do.
  ///
  /// @param retryAfter when to ask again, at most a minute
  record Busy(Duration retryAfter) implements Refusal {}

  /// It does not serve this to us; asking again will not help.
  record Denied() implements Refusal {}

  /// It found its own copy corrupt and put it aside. The peer did nothing wrong.
  record Corrupt() implements Refusal {}

  /// The connection or the request is gone.
  record Gone() implements Refusal {}
}
