package io.shoal.runtime.command;

import io.shoal.api.UserFaultException;

/// Another process uses the data folder, and its node cannot be asked. Exit code 1.
public final class FolderInUseException extends UserFaultException {

  private static final long serialVersionUID = 1;

  /// @param message one line: the thing, the cause, the cure
  /// @param cause for the debug log
  public FolderInUseException(String message, Throwable cause) {
    super(message, cause);
  }
}
