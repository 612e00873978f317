package io.shoal.runtime.plugin.inspection;

/// A plugin cannot be used. Does not leave the loading of plugins: it becomes the problem of a
/// [PluginReport].
public final class UnusablePluginException extends Exception {

  private static final long serialVersionUID = 1;

  private final PluginProblem.Reason reason;

  public UnusablePluginException(PluginProblem.Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public UnusablePluginException(PluginProblem.Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  PluginProblem problem() {
    return new PluginProblem(reason, String.valueOf(getMessage()));
  }
}
