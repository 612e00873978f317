package io.shoal.api;

/// A root has no file or folder at a path. It never will: a root's content does not change.
@Experimental
public final class NoSuchPathException extends PermanentException {

  private static final long serialVersionUID = 1;

  /// Says what is missing where.
  ///
  /// @param message one line: the thing, the cause, the cure
  public NoSuchPathException(String message) {
    super(message);
  }
}
