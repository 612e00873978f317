package io.shoal.runtime.plugin;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.config.ConfigSection;
import io.shoal.runtime.plugin.PluginHost.PluginConfigs;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.InspectedPlugin;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Loads and starts the plugins that are wanted: one after the other as far as they depend on each
/// other, else side by side. A plugin that fails is reported to the catalog and left out.
final class PluginStart {

  private static final Logger LOG = LoggerFactory.getLogger(PluginStart.class);

  private final PluginCatalog catalog;
  private final PluginChoice choice;
  private final PluginConfigs configs;
  private final Function<InspectedPlugin, RunningPlugin> newPlugin;
  private final RunningPlugins running;

  /// @param configs the configuration of each plugin
  /// @param newPlugin makes the plugin that is to be loaded; nothing is loaded by it yet
  /// @param running where plugins are put once they are to be loaded
  PluginStart(
      PluginCatalog catalog,
      PluginChoice choice,
      PluginConfigs configs,
      Function<InspectedPlugin, RunningPlugin> newPlugin,
      RunningPlugins running) {
    this.catalog = catalog;
    this.choice = choice;
    this.configs = configs;
    this.newPlugin = newPlugin;
    this.running = running;
  }

  /// Starts the plugins chosen for some kinds, and every verifier.
  ///
  /// @throws InvalidConfigException the configuration of one of them is wrong; others may have
  ///   started
  void start(Set<ExtensionKind> kinds) throws InvalidConfigException, InterruptedException {
    List<RunningPlugin> loaded = new ArrayList<>();
    for (FoundPlugin found : order(kinds)) {
      if (dependsOnOthers(found)) {
        startSideBySide(loaded);
        loaded.clear();
      }
      load(found, wanted(found, kinds)).ifPresent(loaded::add);
    }
    startSideBySide(loaded);
  }

  /// The plugins to start, in order: by kind, each after the plugins that it depends on.
  private Set<FoundPlugin> order(Set<ExtensionKind> kinds) {
    Set<FoundPlugin> order = new LinkedHashSet<>();
    for (ExtensionKind kind : ExtensionKind.values()) {
      if (kinds.contains(kind)) {
        choice.of(kind).forEach(plugin -> addAfterDependencies(plugin, order));
      }
      if (kind == ExtensionKind.VERIFICATION) {
        // After the chosen one, which wins if two claim one hash function.
        catalog.providing(kind).forEach(plugin -> addAfterDependencies(plugin, order));
      }
    }
    return order;
  }

  private void addAfterDependencies(FoundPlugin plugin, Set<FoundPlugin> order) {
    Optional<InspectedPlugin> usable = plugin.usable();
    if (usable.isEmpty() || order.contains(plugin)) {
      return;
    }
    try {
      for (InspectedPlugin dependency : catalog.dependencies(usable.get())) {
        catalog.find(dependency.id()).ifPresent(found -> addAfterDependencies(found, order));
      }
      order.add(plugin);
    } catch (UnusablePluginException e) {
      plugin.fail(e);
    }
  }

  private static boolean dependsOnOthers(FoundPlugin plugin) {
    return plugin
        .usable()
        .filter(usable -> !usable.descriptor().getDependencies().isEmpty())
        .isPresent();
  }

  private Set<ExtensionKind> wanted(FoundPlugin plugin, Set<ExtensionKind> kinds) {
    Set<ExtensionKind> wanted = EnumSet.noneOf(ExtensionKind.class);
    for (ExtensionKind kind : ExtensionKind.values()) {
      boolean chosen = kinds.contains(kind) && choice.of(kind).contains(plugin);
      if (chosen || (kind == ExtensionKind.VERIFICATION && plugin.provides(kind))) {
        wanted.add(kind);
      }
    }
    return wanted;
  }

  /// @return the plugin with its extensions made; empty if it failed
  private Optional<RunningPlugin> load(FoundPlugin found, Set<ExtensionKind> kinds)
      throws InterruptedException {
    Optional<InspectedPlugin> usable = found.usable();
    if (usable.isEmpty()) {
      return Optional.empty();
    }
    RunningPlugin plugin = newPlugin.apply(usable.get());
    running.add(plugin);
    try {
      for (InspectedPlugin dependency : catalog.dependencies(usable.get())) {
        if (running.find(dependency.id()).isEmpty()) {
          throw new UnusablePluginException(
              Reason.MISSING_DEPENDENCY,
              "it depends on " + dependency.id() + ", which did not start");
        }
      }
      plugin.load(kinds);
      return Optional.of(plugin);
    } catch (UnusablePluginException e) {
      running.fail(plugin, e);
      return Optional.empty();
    }
  }

  /// Starts plugins that do not depend on each other. When this returns or throws each of them has
  /// started or failed; only if this thread is interrupted some are left at what they do, and are
  /// interrupted too.
  private void startSideBySide(List<RunningPlugin> loaded)
      throws InvalidConfigException, InterruptedException {
    Map<RunningPlugin, FutureTask<Boolean>> starts = new LinkedHashMap<>();
    List<InvalidConfigException> wrong = new ArrayList<>();
    for (RunningPlugin plugin : loaded) {
      ConfigSection config;
      try {
        config = configs.of(plugin.id());
      } catch (InvalidConfigException e) {
        misconfigured(plugin, e).ifPresent(wrong::add);
        continue;
      }
      FutureTask<Boolean> start =
          new FutureTask<>(
              () -> {
                plugin.start(config);
                return true;
              });
      starts.put(plugin, start);
    }
    try {
      starts.forEach(
          (plugin, start) -> Thread.ofVirtual().name("start-" + plugin.id()).start(start));
      for (Map.Entry<RunningPlugin, FutureTask<Boolean>> start : starts.entrySet()) {
        awaitStart(start.getKey(), start.getValue()).ifPresent(wrong::add);
      }
    } finally {
      starts.values().forEach(start -> start.cancel(true));
    }
    if (!wrong.isEmpty()) {
      throw wrong.getFirst();
    }
  }

  private Optional<InvalidConfigException> awaitStart(RunningPlugin plugin, Future<Boolean> start)
      throws InterruptedException {
    Optional<FoundPlugin> found = catalog.find(plugin.id());
    try {
      start.get();
      found.ifPresent(FoundPlugin::markStarted);
      LOG.debug(
          "plugin {} started from {}",
          plugin.id(),
          found.map(FoundPlugin::place).orElse("nowhere"));
      return Optional.empty();
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case UnusablePluginException fault -> {
          running.fail(plugin, fault);
          yield Optional.empty();
        }
        case InvalidConfigException fault -> misconfigured(plugin, fault);
        case null, default ->
            throw new IllegalStateException("the start of " + plugin.id() + " failed", e);
      };
    }
  }

  /// @return what ends the start of the node: a plugin that nobody asked for does not
  private Optional<InvalidConfigException> misconfigured(
      RunningPlugin plugin, InvalidConfigException fault) throws InterruptedException {
    String message = String.valueOf(fault.getMessage());
    boolean active = catalog.find(plugin.id()).filter(FoundPlugin::isActive).isPresent();
    running.fail(plugin, new UnusablePluginException(Reason.CONFIGURATION, message, fault));
    if (!active) {
      return Optional.empty();
    }
    return Optional.of(
        message.contains(plugin.id())
            ? fault
            : new InvalidConfigException("plugin " + plugin.id() + ": " + message, fault));
  }
}
