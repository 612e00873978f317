package io.shoal.runtime;

import io.shoal.runtime.PluginProblem.Reason;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A plugin that lies in one of the folders or stands in the configuration, and what became of it.
/// Confined to whoever holds the [PluginHost]'s lock.
final class FoundPlugin {

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

  /// Something in a folder; as long as nothing else is known it is called by its file name.
  static FoundPlugin at(Path location) {
    return new FoundPlugin(location.getFileName().toString(), Optional.of(location));
  }

  /// A name in the configuration that belongs to nothing.
  static FoundPlugin missing(String id, String message) {
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

  String id() {
    return id;
  }

  /// Where it lies, for messages.
  String place() {
    return location.map(Path::toString).orElse("nowhere");
  }

  /// Takes it out of use; only the first reason is kept, since later ones follow from it.
  void fail(PluginProblem why) {
    started = false;
    if (problem == null) {
      problem = why;
      // Told to the user by who asked for it: as the reason why a node does not start, or as a
      // warning where it goes on without this plugin.
      LOG.debug("plugin {}: {}", id, why.message());
    }
  }

  void fail(UnusablePluginException why) {
    fail(why.problem());
    LOG.debug("plugin {}", id, why);
  }

  void markActive() {
    active = true;
  }

  void markStarted() {
    started = true;
  }

  void markStopped() {
    started = false;
  }

  Optional<PluginProblem> problem() {
    return Optional.ofNullable(problem);
  }

  /// What is known of it, if it can be used.
  Optional<InspectedPlugin> usable() {
    return problem == null ? Optional.ofNullable(inspected) : Optional.empty();
  }

  /// Whether it can be used for this kind.
  boolean provides(ExtensionKind kind) {
    return usable().filter(plugin -> plugin.extensions().containsKey(kind)).isPresent();
  }

  PluginReport report() {
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
