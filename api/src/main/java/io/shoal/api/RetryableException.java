package io.shoal.api;

/// May go well later, without anybody changing anything: the other side is busy or away, there is no room just now.
public non-sealed class RetryableException extends ShoalException {

  private static final long serialVersionUID = 1;

  /// @param message one line: the thing, the cause, the cure
  public RetryableException(String message) {
    super(message);
  }

  /// @param message one line: the thing, the cause, the cure
  /// @param cause for the debug log
  public RetryableException(String message, Throwable cause) {
    super(message, cause);
  }
}
