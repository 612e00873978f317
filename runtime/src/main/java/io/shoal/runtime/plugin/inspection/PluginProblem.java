package io.shoal.runtime.plugin.inspection;

/// Why a plugin is not used.
///
/// @param reason the kind of fault
/// @param message one line with the cause and the cure, without the plugin's name
public record PluginProblem(Reason reason, String message) {

  /// Kinds of faults.
  public enum Reason {
    /// The configuration names it and it was not found.
    MISSING,
    /// It has nothing that a node uses.
    NO_EXTENSION,
    /// Its file has a name, or is in a place, where no plugin is looked for.
    MISPLACED,
    /// Its file came, changed or went after the start.
    CHANGED,
    /// Two have its id.
    DUPLICATE,
    /// It is not a plugin, or it is damaged.
    UNREADABLE,
    /// It was built for another version of the API.
    WRONG_API,
    /// The allow-list does not name it and no publisher signed it.
    NOT_ALLOWED,
    /// It brings classes of the API.
    BUNDLES_API,
    /// It requires modules that plugins may not use.
    FORBIDDEN_MODULE,
    /// It requires modules of the JDK that plugins may use, and that this Java has not started or
    /// does not have.
    ABSENT_MODULE,
    /// It depends on a plugin that is missing or unusable.
    MISSING_DEPENDENCY,
    /// It claims what another plugin claims.
    CONFLICT,
    /// A key under it is wrong or unknown.
    CONFIGURATION,
    /// Its classes do not fit together, or do not fit this node.
    LINKAGE,
    /// It threw.
    FAILED,
    /// It did not return in time.
    HUNG
  }
}
