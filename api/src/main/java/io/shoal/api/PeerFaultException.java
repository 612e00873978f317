package io.shoal.api;

/// A peer broke the rules: wrong bytes, a malformed frame, another identity than expected. It is dropped and counted against it.
public non-sealed class PeerFaultException extends ShoalException {

  private static final long serialVersionUID = 1;

  /// @param message one line: the thing, the cause, the cure
  public PeerFaultException(String message) {
    super(message);
  }

  /// @param message one line: the thing, the cause, the cure
  /// @param cause for the debug log
  public PeerFaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
