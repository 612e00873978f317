package io.shoal.runtime.command;

import java.io.IOException;

/// The node that runs on the data folder does not answer, or ended: whatever else it is asked fails
/// in the same way.
public final class NodeGoneException extends IOException {
  private static final long serialVersionUID = 1;

  /// @param message what happened and what to do
  public NodeGoneException(String message, IOException cause) {
    super(message, cause);
  }
}
