/// The commands of `shoal plugins`: those that begin, prove and manage plugins.
///
/// Start at [PluginSubcommand], which lists them. `shoal plugins` alone is
/// [io.shoal.distribution.command.PluginsCommand]. A [PackageCommand] works on the plugins of the
/// package, and needs no node. [NewCommand] writes a [PluginProject] from the templates in the
/// package's folder `sdk`.
@NullMarked
package io.shoal.distribution.plugins;

import org.jspecify.annotations.NullMarked;
