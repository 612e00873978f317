package io.shoal.runtime.plugin.border;

import io.shoal.api.PermanentException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;

/// A plugin broke its contract, or is not called any more.
public class PluginFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String line;

  PluginFailedException(String line) {
    super(line);
    this.line = line;
  }

  PluginFailedException(String line, Throwable cause) {
    super(line, cause);
    this.line = line;
  }

  /// One line that names the plugin, the method and the fault.
  @Override
  public String getMessage() {
    return line;
  }

  /// The same for a caller that handles expected errors.
  ShoalException expected() {
    return new PermanentException(line, this);
  }

  /// A call took longer than its deadline, and was interrupted.
  static final class Overdue extends PluginFailedException {
    private static final long serialVersionUID = 1;

    Overdue(String line, Throwable cause) {
      super(line, cause);
    }

    @Override
    ShoalException expected() {
      return new RetryableException(getMessage(), this);
    }
  }

  /// The plugin was stopped before the call.
  static final class Stopped extends PluginFailedException {
    private static final long serialVersionUID = 1;

    Stopped(String line) {
      super(line);
    }
  }
}
