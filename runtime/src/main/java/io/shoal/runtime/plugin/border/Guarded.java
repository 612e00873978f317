package io.shoal.runtime.plugin.border;

import io.shoal.api.Extension;

/// An extension behind the border.
interface Guarded {
  /// The plugin's own object.
  Extension inside();
}
