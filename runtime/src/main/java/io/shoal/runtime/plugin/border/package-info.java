/// The border that every call into a plugin crosses: it names plugin and method, holds a deadline,
/// and turns what a plugin throws against its contract into one clear line.
///
/// Start at [io.shoal.runtime.plugin.border.PluginBorder].
@NullMarked
package io.shoal.runtime.plugin.border;

import org.jspecify.annotations.NullMarked;
