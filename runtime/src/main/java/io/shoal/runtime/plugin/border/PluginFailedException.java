package io.shoal.runtime.plugin.border;

/// A plugin broke its contract in a call that may throw nothing. The message is one line that names
/// the plugin, the method and the fault.
public final class PluginFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  PluginFailedException(String message) {
    super(message);
  }

  PluginFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
