package io.shoal.transport.http.gateway;

import io.shoal.transport.http.content.ByteSpan;
import io.shoal.transport.http.content.Scope;
import java.util.Optional;

/// The form of an answer.
sealed interface Format {

  /// One chunk as it is.
  record Raw() implements Format {}

  /// Chunks with their CIDs, as a CAR.
  record Car(Scope scope, Optional<ByteSpan> span, boolean duplicates) implements Format {}

  /// The content itself, which the client cannot check.
  record Plain() implements Format {}
}
