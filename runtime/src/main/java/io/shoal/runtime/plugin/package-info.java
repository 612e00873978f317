/// Loads, starts, watches over and ends plugins; every call of their code has a deadline.
///
/// Start at [PluginHost]: it has the catalog of plugins that `plugin.inspection` found, chooses
/// ([PluginChoice]), lets [PluginStart] load and start the chosen ones in order, holds them against
/// each other ([PluginChecks]), and hands out [ActivePlugins]. [RunningPlugins] are those whose
/// classes are loaded; a [RunningPlugin] is one of them, makes and starts its extensions, and puts
/// them behind `plugin.border`, which all later calls cross.
///
/// Classes are loaded by PF4J, made ours in three places: [ModularPlugins] gives each plugin a
/// module layer, [IsolatedClassLoader] shows it the granted modules and its own jars only,
/// [PluginClasses] gives the calls that PF4J itself makes a deadline. [HostedContext] is all that a
/// plugin gets from the node: its configuration, a folder, a [PluginScheduler], metrics
/// ([MetricsRegistry]) and what [PluginServices] shares.
///
/// Invariant: nothing of a plugin is loaded before `plugin.inspection` accepted it.
@NullMarked
package io.shoal.runtime.plugin;

import org.jspecify.annotations.NullMarked;
