/// Installs, updates and removes the plugins of a package.
///
/// Start at [PluginInstaller]. A [PluginSource] says where a plugin comes from; [CandidateReader]
/// has [Incoming] bring it into a [StagingFolder] inside the folder of plugins ([PluginDownload]
/// from addresses). It is checked there ([ArchiveLimits], then all that a node checks itself), and
/// moved to its name in one step. [Activation] names plugins in a configuration file.
/// [PackagePlugins] says where a package has all this.
///
/// Invariant: no class of a plugin is loaded here, and a file is moved to the name under which a
/// node finds it only when all of its checks are done and its bytes are durable.
@NullMarked
package io.shoal.runtime.plugin.install;

import org.jspecify.annotations.NullMarked;
