package io.shoal.runtime.plugin;

import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The plugins whose classes are loaded, in the order of loading. A plugin that leaves is stopped,
/// and the catalog says why it left. Confined to the thread that holds the [PluginHost]'s lock.
final class RunningPlugins {

  private final PluginCatalog catalog;
  private final Map<String, RunningPlugin> byId = new LinkedHashMap<>();

  RunningPlugins(PluginCatalog catalog) {
    this.catalog = catalog;
  }

  void add(RunningPlugin plugin) {
    byId.put(plugin.id(), plugin);
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  Optional<RunningPlugin> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  List<RunningPlugin> all() {
    return List.copyOf(byId.values());
  }

  /// Takes a plugin that proved unusable out of use.
  void fail(RunningPlugin plugin, UnusablePluginException why) {
    catalog.find(plugin.id()).ifPresent(found -> found.fail(why));
    byId.remove(plugin.id());
    plugin.stop();
  }

  /// Ends all, the last one first. A plugin that does not end in time is left behind.
  void stopAll() {
    for (RunningPlugin plugin : all().reversed()) {
      List<PluginProblem> problems = plugin.stop();
      byId.remove(plugin.id());
      catalog.find(plugin.id()).ifPresent(found -> markStopped(found, problems));
    }
  }

  private static void markStopped(FoundPlugin found, List<PluginProblem> problems) {
    found.markStopped();
    problems.forEach(found::fail);
  }
}
