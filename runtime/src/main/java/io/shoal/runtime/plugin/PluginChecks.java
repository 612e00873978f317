package io.shoal.runtime.plugin;

import io.shoal.api.Extension;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.Scheme;
import io.shoal.api.Transport;
import io.shoal.api.Verifier;
import io.shoal.runtime.config.Suggestion;
import io.shoal.runtime.plugin.ActivePlugins.Active;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Holds the plugins against each other and against the configuration: no hash function and no
/// scheme has two of them, and no section of the configuration is a misspelled one.
final class PluginChecks {

  private final RunningPlugins running;

  PluginChecks(RunningPlugins running) {
    this.running = running;
  }

  /// A section under a name that is nearly a plugin's is a slip of the hand. Under any other name
  /// it may belong to a plugin that was removed for now.
  ///
  /// @param sections the names that have a section
  /// @param ids the plugins that were found
  static void refuseMisspelledSections(Collection<String> sections, List<String> ids)
      throws InvalidConfigException {
    for (String section : sections) {
      Optional<String> near = Suggestion.of(section, ids);
      if (!ids.contains(section) && near.isPresent()) {
        throw new InvalidConfigException(
            "plugins."
                + section
                + ": there is no such plugin: did you mean plugins."
                + near.get()
                + "?");
      }
    }
  }

  /// The verifiers that run, by hash function. Of two for one function the later fails.
  Map<Long, Active<Verifier>> verifiers() throws InterruptedException {
    Map<Long, Active<Verifier>> byCode = new HashMap<>();
    for (RunningPlugin plugin : running.all()) {
      try {
        addVerifiers(plugin, byCode);
      } catch (UnusablePluginException e) {
        byCode.values().removeIf(active -> active.pluginId().equals(plugin.id()));
        running.fail(plugin, e);
      }
    }
    return byCode;
  }

  private static void addVerifiers(RunningPlugin plugin, Map<Long, Active<Verifier>> byCode)
      throws UnusablePluginException, InterruptedException {
    for (Extension extension : plugin.extensions(ExtensionKind.VERIFICATION)) {
      Verifier verifier = (Verifier) extension;
      long code = plugin.ask("multihashCode", verifier::multihashCode);
      Active<Verifier> before = byCode.putIfAbsent(code, new Active<>(plugin.id(), verifier));
      if (before != null) {
        throw new UnusablePluginException(
            Reason.CONFLICT,
            "it claims the hash function 0x%x, as %s does: remove one of them"
                .formatted(code, before.pluginId()));
      }
    }
  }

  /// @throws InvalidConfigException two transports speak one scheme
  void refuseSharedSchemes(List<Active<Transport>> transports)
      throws InvalidConfigException, InterruptedException {
    Map<String, String> speakers = new HashMap<>();
    for (Active<Transport> transport : transports) {
      Optional<RunningPlugin> plugin = running.find(transport.pluginId());
      if (plugin.isEmpty()) {
        continue;
      }
      try {
        for (Scheme scheme : plugin.get().ask("schemes", () -> transport.extension().schemes())) {
          String other = speakers.putIfAbsent(scheme.name(), transport.pluginId());
          if (other != null) {
            throw new InvalidConfigException(
                "active.transport names "
                    + other
                    + " and "
                    + transport.pluginId()
                    + ", which both speak "
                    + scheme.name()
                    + ": name one of them");
          }
        }
      } catch (UnusablePluginException e) {
        running.fail(plugin.get(), e);
      }
    }
  }
}
