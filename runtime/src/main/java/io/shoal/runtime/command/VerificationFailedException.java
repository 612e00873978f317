package io.shoal.runtime.command;

import io.shoal.api.PeerFaultException;

/// All that was to be had did not hash to its CID. Exit code 4.
public final class VerificationFailedException extends PeerFaultException {

  private static final long serialVersionUID = 1;

  /// @param message one line: the thing, the cause, the cure
  public VerificationFailedException(String message) {
    super(message);
  }

  /// @param message one line: the thing, the cause, the cure
  /// @param cause for the debug log
  public VerificationFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
