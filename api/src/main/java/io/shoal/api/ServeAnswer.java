package io.shoal.api;

/// A [ChunkServer]'s answer to a request.
///
/// Later versions may have more cases, so a `switch` needs a `default` branch: a transport refuses
/// with [Refusal.NotHeld] in place of a case that it does not know.
public sealed interface ServeAnswer permits ServeAnswer.Serve, ServeAnswer.Refuse, FutureCase {

  /// Send this chunk.
  ///
  /// @param source its bytes; the transport closes it in any case, also if nothing was sent
  record Serve(ChunkSource source) implements ServeAnswer {}

  /// Send no chunk.
  ///
  /// @param refusal the reason, as far as the wire can carry it
  record Refuse(Refusal refusal) implements ServeAnswer {}
}
