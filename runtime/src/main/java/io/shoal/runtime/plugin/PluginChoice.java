package io.shoal.runtime.plugin;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The plugins to use, by kind: those that the configuration names or, where it names none, those
/// that leave no choice.
final class PluginChoice {

  private final PluginCatalog catalog;
  private final Map<ExtensionKind, List<FoundPlugin>> chosen = new EnumMap<>(ExtensionKind.class);
  private final List<FoundPlugin> missing = new ArrayList<>();
  private final List<InvalidConfigException> faults = new ArrayList<>();

  PluginChoice(PluginCatalog catalog, ActiveSettings active) {
    this.catalog = catalog;
    chooseOne(ExtensionKind.STORAGE, active.storage());
    chooseOne(ExtensionKind.VERIFICATION, active.verification());
    chooseMany(ExtensionKind.DISCOVERY, active.discovery());
    chooseMany(ExtensionKind.TRANSPORT, active.transport());
    chooseMany(ExtensionKind.OBSERVER, active.observer());
    Stream.concat(chosen.values().stream().flatMap(List::stream), missing.stream())
        .forEach(FoundPlugin::markActive);
  }

  /// The plugins chosen for a kind, in the order of the configuration. Those that are missing or
  /// unusable are among them.
  List<FoundPlugin> of(ExtensionKind kind) {
    return chosen.getOrDefault(kind, List.of());
  }

  /// Uses one more store, into which another one is copied.
  void addStore(FoundPlugin store) {
    chosen.put(
        ExtensionKind.STORAGE,
        Stream.concat(of(ExtensionKind.STORAGE).stream(), Stream.of(store)).toList());
    store.markActive();
  }

  /// Plugins that the configuration names and that were not found.
  List<FoundPlugin> missing() {
    return missing;
  }

  /// Faults of the configuration itself.
  List<InvalidConfigException> faults() {
    return faults;
  }

  private void chooseOne(ExtensionKind kind, Optional<String> id) {
    if (id.isPresent()) {
      chosen.put(kind, named(kind, List.of(id.get())));
      return;
    }
    List<FoundPlugin> all = catalog.providing(kind);
    if (all.size() > 1) {
      String ids = String.join(", ", all.stream().map(FoundPlugin::id).toList());
      faults.add(
          new InvalidConfigException(
              "active." + kind.word() + " is not set and there is a choice: write one of " + ids));
    } else {
      chosen.put(kind, all);
    }
  }

  private void chooseMany(ExtensionKind kind, Optional<List<String>> ids) {
    chosen.put(kind, ids.isPresent() ? named(kind, ids.get()) : catalog.providing(kind));
  }

  private List<FoundPlugin> named(ExtensionKind kind, List<String> ids) {
    List<FoundPlugin> plugins = new ArrayList<>();
    for (String id : ids) {
      Optional<FoundPlugin> plugin = catalog.find(id);
      if (plugin.isEmpty()) {
        plugins.add(missing(kind, id));
      } else if (plugin.get().usable().isPresent() && !plugin.get().provides(kind)) {
        faults.add(
            new InvalidConfigException(
                "active."
                    + kind.word()
                    + " names "
                    + id
                    + ", which does not provide "
                    + kind.word()
                    + ": "
                    + alternatives(kind).orElse("add a plugin that does")));
      } else {
        plugins.add(plugin.get());
      }
    }
    return plugins;
  }

  private FoundPlugin missing(ExtensionKind kind, String id) {
    Optional<FoundPlugin> known =
        missing.stream().filter(plugin -> plugin.id().equals(id)).findFirst();
    if (known.isPresent()) {
      return known.get();
    }
    FoundPlugin plugin =
        FoundPlugin.missing(
            id,
            "active."
                + kind.word()
                + " names it, and it is not in "
                + catalog.folderNames()
                + ": add it"
                + alternatives(kind).map(others -> ", or " + others).orElse(""));
    missing.add(plugin);
    return plugin;
  }

  private Optional<String> alternatives(ExtensionKind kind) {
    List<String> ids = catalog.providing(kind).stream().map(FoundPlugin::id).toList();
    return ids.isEmpty() ? Optional.empty() : Optional.of("write one of " + String.join(", ", ids));
  }
}
