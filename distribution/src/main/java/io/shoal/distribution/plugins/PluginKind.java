package io.shoal.distribution.plugins;

import java.util.Locale;

/// The kinds of plugins that there are projects for. A user types them in lower case.
enum PluginKind {
  STORAGE,
  TRANSPORT,
  VERIFICATION;

  /// As users write it, and as the folder of its templates is called.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
