package io.shoal.api;

/// What a [ChunkServer] answers to a request.
public sealed interface ServeAnswer {

  /// Send this. The transport closes the source in any case.
  record Serve(ChunkSource source) implements ServeAnswer {}

  /// Say no.
  record Refuse(Refusal refusal) implements ServeAnswer {}
}
