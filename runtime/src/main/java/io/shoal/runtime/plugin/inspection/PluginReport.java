package io.shoal.runtime.plugin.inspection;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// The state of a plugin, for reports.
///
/// @param id its id; the file's name if it could not be read; the name in the configuration if it
///   was not found
/// @param kinds what it provides
/// @param version its version, empty if unknown
/// @param location the jar, zip or folder, if it was found
/// @param state whether it is in use, usable or neither
/// @param active whether the configuration names it, or it was chosen for being the only one of its
///   kind
/// @param problem why it failed
public record PluginReport(
    String id,
    Set<ExtensionKind> kinds,
    String version,
    Optional<Path> location,
    State state,
    boolean active,
    Optional<PluginProblem> problem) {

  /// Whether a plugin is in use.
  public enum State {
    /// In use.
    STARTED,
    /// Usable, not in use.
    INSTALLED,
    /// Not usable.
    FAILED
  }
}
