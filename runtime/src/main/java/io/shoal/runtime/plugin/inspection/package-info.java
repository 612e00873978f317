/// Finds plugins and decides whether they may and can be loaded, without loading a class of theirs.
///
/// Start at [PluginCatalog]: it scans the folders once and has a [FoundPlugin] for each candidate,
/// usable or with a [PluginProblem]. A candidate is first approved ([PluginApproval]), then found
/// as files ([PluginArtifact]), then inspected ([InspectedPlugin]; [PlainExtensions] for jars that
/// are not modules), then held against the modules that it requires ([GrantedModules]).
/// [MisplacedFiles] are those that would be candidates elsewhere ([PluginPlaces]). [PluginReport]
/// is what users see of it.
///
/// Invariant: no class of a plugin is loaded here. Manifests, properties, module descriptors and
/// class files are read as bytes; a plugin that is refused never ran.
@NullMarked
package io.shoal.runtime.plugin.inspection;

import org.jspecify.annotations.NullMarked;
