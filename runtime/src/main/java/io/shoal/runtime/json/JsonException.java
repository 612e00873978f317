package io.shoal.runtime.json;

/// A text is not JSON, or not the JSON of the type that was expected.
public final class JsonException extends RuntimeException {

  private static final long serialVersionUID = 1;

  JsonException(String message) {
    super(message);
  }

  JsonException(String message, Throwable cause) {
    super(message, cause);
  }
}
