package io.shoal.api;

/// The answer of a [ChunkServer] to a request.
public sealed interface ServeAnswer {

  /// The chunk to send. The transport closes the source in any case.
  record Serve(ChunkSource source) implements ServeAnswer {}

  /// A refusal.
  record Refuse(Refusal refusal) implements ServeAnswer {}
}
