package io.shoal.api;

import java.time.Duration;

/// Why a peer does not send a chunk.
public sealed interface Refusal {

  /// It does not have the chunk.
  record NotHeld() implements Refusal {}

  /// It has too much to do.
  ///
  /// @param retryAfter when to ask again, at most a minute
  record Busy(Duration retryAfter) implements Refusal {}

  /// It does not serve this to us; asking again will not help.
  record Denied() implements Refusal {}

  /// Its own copy is corrupt and was quarantined: it sent no wrong byte.
  record Corrupt() implements Refusal {}

  /// The connection or the request is gone.
  record Gone() implements Refusal {}
}
