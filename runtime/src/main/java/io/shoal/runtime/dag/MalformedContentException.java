package io.shoal.runtime.dag;

import io.shoal.api.PermanentException;

/// Content whose bytes hash to its CID and are nevertheless no proper file or folder: its maker's
/// fault, not that of the peer who delivered it, and no other peer has it better.
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
