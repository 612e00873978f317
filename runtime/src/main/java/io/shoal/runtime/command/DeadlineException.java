package io.shoal.runtime.command;

import io.shoal.api.RetryableException;

/// The time that was allowed is over. Exit code 5.
public final class DeadlineException extends RetryableException {

  private static final long serialVersionUID = 1;

  /// @param message one line: the thing, the cause, the cure
  public DeadlineException(String message) {
    super(message);
  }

  /// @param message one line: the thing, the cause, the cure
  /// @param cause for the debug log
  public DeadlineException(String message, Throwable cause) {
    super(message, cause);
  }
}
