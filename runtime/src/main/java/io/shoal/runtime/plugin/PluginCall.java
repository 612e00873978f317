package io.shoal.runtime.plugin;

import io.shoal.api.Extension;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.limit.Deadline;
import io.shoal.runtime.plugin.border.PluginBorder;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.pf4j.PluginRuntimeException;

/// Calls of a started extension, each on a thread of its own and with a deadline: whatever goes
/// wrong becomes one line that names the method and the cause.
///
/// @param limit how long a call may take
/// @param limitKey the configuration key of the limit
public record PluginCall(String pluginId, Extension extension, Duration limit, String limitKey) {

  /// Calls a method.
  ///
  /// @param method its name, for the message
  /// @throws InvalidConfigException the method threw it: the user must change something first
  /// @throws UnusablePluginException the method threw anything else, or did not return in time; it
  ///   was interrupted, and left behind if it did not answer
  /// @throws InterruptedException this thread was interrupted; the call is too
  public <T> T run(String method, Callable<T> call)
      throws UnusablePluginException, InvalidConfigException, InterruptedException {
    try {
      return Deadline.call(
              "plugin-" + pluginId,
              limit,
              PluginBorder.loader(extension),
              () -> Optional.of(call.call()))
          .orElseThrow();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InvalidConfigException fault) {
        throw fault;
      }
      throw threw(method, Objects.requireNonNull(e.getCause()));
    } catch (Deadline.MissedException e) {
      throw hung(method, limitKey, e);
    }
  }

  static UnusablePluginException hung(
      String method, String limitKey, Deadline.MissedException missed) {
    return new UnusablePluginException(
        Reason.HUNG,
        method
            + " "
            + missed.getMessage()
            + ": raise "
            + limitKey
            + " if it needs longer, else report it to its author",
        missed);
  }

  private static UnusablePluginException threw(String method, Throwable thrown) {
    return unwrapped(thrown) instanceof ShoalException e
        ? new UnusablePluginException(Reason.FAILED, method + ": " + oneLine(e), e)
        : fault(method, thrown);
  }

  private static String oneLine(Throwable thrown) {
    return String.valueOf(thrown.getMessage()).replaceAll("\\s*\\R\\s*", " ");
  }

  /// The problem of a plugin whose code threw.
  ///
  /// @param what threw, for messages: a method, or the plugin itself
  static UnusablePluginException fault(String what, Throwable thrown) {
    Throwable cause = unwrapped(thrown);
    String line = cause.toString().replaceAll("\\s*\\R\\s*", " ");
    return switch (cause) {
      case ShoalException e -> new UnusablePluginException(Reason.FAILED, oneLine(e), e);
      case Deadline.MissedException e ->
          new UnusablePluginException(Reason.HUNG, "its Plugin-Class " + e.getMessage(), e);
      case LinkageError e ->
          new UnusablePluginException(
              Reason.LINKAGE,
              "its classes do not fit together or do not fit this version ("
                  + what
                  + " failed with "
                  + line
                  + "): get another version of it",
              e);
      case ClassNotFoundException e ->
          new UnusablePluginException(
              Reason.FAILED,
              "a class of it cannot be loaded ("
                  + line
                  + "): get it again; if that does not help, report it to its author",
              e);
      case Throwable e ->
          new UnusablePluginException(
              Reason.FAILED, what + " failed with " + line + ": report it to its author", e);
    };
  }

  private static Throwable unwrapped(Throwable thrown) {
    Throwable cause = thrown.getCause();
    boolean wrapper =
        thrown instanceof PluginRuntimeException
            || thrown instanceof ServiceConfigurationError
            || thrown instanceof InvocationTargetException
            || thrown instanceof ExceptionInInitializerError;
    return wrapper && cause != null ? unwrapped(cause) : thrown;
  }
}
