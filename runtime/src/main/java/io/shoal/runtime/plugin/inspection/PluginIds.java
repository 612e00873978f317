package io.shoal.runtime.plugin.inspection;

import java.util.Set;
import java.util.regex.Pattern;

/// The form of plugin ids. An id names a folder, a section of the configuration and metrics, so it
/// has to fit all of them.
public final class PluginIds {

  static final String RULE = "a-z, then up to 63 of a-z, 0-9 and -";

  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  /// Keys of the node that stand where the sections of plugins do: `plugins.allow`.
  private static final Set<String> RESERVED =
      Set.of("allow", "policy", "publishers", "startTimeout", "stopTimeout");

  private PluginIds() {}

  /// Whether an id names a key of the configuration that is not a plugin's.
  static boolean isReserved(String id) {
    return RESERVED.contains(id);
  }

  /// Whether a text has the form of an id.
  public static boolean isValid(String id) {
    return FORM.matcher(id).matches();
  }
}
