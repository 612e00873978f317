package io.shoal.runtime.command;

import io.shoal.api.PermanentException;

/// Content, a provider or a pin is not to be found. Exit code 3.
public final class NotFoundException extends PermanentException {

  private static final long serialVersionUID = 1;

  /// @param message one line: the thing, the cause, the cure
  public NotFoundException(String message) {
    super(message);
  }

  /// @param message one line: the thing, the cause, the cure
  /// @param cause for the debug log
  public NotFoundException(String message, Throwable cause) {
    super(message, cause);
  }
}
