package io.shoal.runtime.plugin.inspection;

import java.util.regex.Pattern;

/// The form of plugin ids. An id names a folder, a section of the configuration and metrics, so it
/// has to fit all of them.
final class PluginIds {

  static final String RULE = "a-z, then up to 63 of a-z, 0-9 and -";

  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  private PluginIds() {}

  static boolean isValid(String id) {
    return FORM.matcher(id).matches();
  }
}
