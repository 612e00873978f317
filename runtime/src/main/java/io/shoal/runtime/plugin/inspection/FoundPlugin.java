package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A plugin that was found in one of the folders or is named in the configuration, and its state.
/// Confined to the thread that scans, and then to the one that holds the lock of the plugin host.
public final class FoundPlugin {

  private static final Logger LOG = LoggerFactory.getLogger(FoundPlugin.class);

  private final Optional<Path> location;
  private String id;
  private String version = "";
  private @Nullable InspectedPlugin inspected;
  private @Nullable PluginProblem problem;
  private boolean active;
  private boolean started;

  private FoundPlugin(String id, Optional<Path> location) {
    this.id = id;
    this.location = location;
  }

  /// A file or folder that may be a plugin; until its id is known it is called by its file name.
  static FoundPlugin at(Path location) {
    return new FoundPlugin(location.getFileName().toString(), Optional.of(location));
  }

  /// A name in the configuration to which no plugin belongs.
  public static FoundPlugin missing(String id, String message) {
    FoundPlugin plugin = new FoundPlugin(id, Optional.empty());
    plugin.active = true;
    plugin.fail(new PluginProblem(Reason.MISSING, message));
    return plugin;
  }

  void name(String id, String version) {
    this.id = id;
    this.version = version;
  }

  void inspected(InspectedPlugin plugin) {
    this.inspected = plugin;
  }

  public String id() {
    return id;
  }

  /// Its file or folder, for messages.
  public String place() {
    return location.map(Path::toString).orElse("nowhere");
  }

  /// Whether its file or folder has this name.
  boolean isFile(String name) {
    return location
        .map(path -> String.valueOf(path.getFileName()))
        .filter(name::equals)
        .isPresent();
  }

  /// Takes it out of use; only the first reason is kept, since later ones follow from it.
  public void fail(PluginProblem why) {
    started = false;
    if (problem == null) {
      problem = why;
      // The user reads it elsewhere: as the reason why a node does not start, or as a warning where
      // it goes on without this plugin.
      LOG.debug("plugin {}: {}", id, why.message());
    }
  }

  public void fail(UnusablePluginException why) {
    fail(why.problem());
    LOG.debug("plugin {}", id, why);
  }

  public void markActive() {
    active = true;
  }

  /// Whether the configuration names it, or it was chosen for being the only one of its kind.
  public boolean isActive() {
    return active;
  }

  public void markStarted() {
    started = true;
  }

  public void markStopped() {
    started = false;
  }

  public Optional<PluginProblem> problem() {
    return Optional.ofNullable(problem);
  }

  /// The inspected plugin, if it can be used.
  public Optional<InspectedPlugin> usable() {
    return problem == null ? Optional.ofNullable(inspected) : Optional.empty();
  }

  /// Whether it can be used for this kind.
  public boolean provides(ExtensionKind kind) {
    return usable().filter(plugin -> plugin.extensions().containsKey(kind)).isPresent();
  }

  public PluginReport report() {
    Set<ExtensionKind> kinds =
        inspected == null ? Set.of() : Set.copyOf(inspected.extensions().keySet());
    PluginReport.State state =
        problem != null
            ? PluginReport.State.FAILED
            : started ? PluginReport.State.STARTED : PluginReport.State.INSTALLED;
    return new PluginReport(
        id, kinds, version, location, state, active, Optional.ofNullable(problem));
  }
}
