package io.shoal.runtime.dag;

import io.shoal.api.PermanentException;

/// Content whose bytes hash to its CID and that is not a valid file or folder: the fault of its
/// maker, not of the peer that sent it, and another peer would send the same.
public final class MalformedContentException extends PermanentException {

  private static final long serialVersionUID = 1;

  /// @param message one line: the thing, the cause, the cure
  public MalformedContentException(String message) {
    super(message);
  }

  /// @param message one line: the thing, the cause, the cure
  /// @param cause for the debug log
  public MalformedContentException(String message, Throwable cause) {
    super(message, cause);
  }
}
