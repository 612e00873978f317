package io.shoal.distribution.console;

import java.io.IOException;

/// A result could not be written: there is no use in the rest of the command. Unchecked, since it
/// passes through code that hands out results and knows nothing of where they go.
public final class LostResultException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LostResultException(IOException cause) {
    super("a result could not be written", cause);
  }
}
