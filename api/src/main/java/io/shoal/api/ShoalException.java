package io.shoal.api;

/// Something went wrong, and the type tells what to do about it. The message is one line that names the thing, the cause and the cure; it is shown to users as it is, and the stack
/// trace goes to the debug log.
///
/// A failed medium is an [java.io.IOException] instead.
public abstract sealed class ShoalException extends Exception
    permits PeerFaultException, PermanentException, RetryableException, UserFaultException {

  private static final long serialVersionUID = 1;

  ShoalException(String message) {
    super(message);
  }

  ShoalException(String message, Throwable cause) {
    super(message, cause);
  }
}
