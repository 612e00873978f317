package io.shoal.runtime.plugin;

import io.shoal.api.ChunkStore;
import io.shoal.api.Discovery;
import io.shoal.api.Extension;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.api.Verifier;
import io.shoal.runtime.config.ConfigSection;
import io.shoal.runtime.config.Suggestion;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.plugin.ActivePlugins.Active;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.GrantedModules;
import io.shoal.runtime.plugin.inspection.InspectedPlugin;
import io.shoal.runtime.plugin.inspection.PluginApproval;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.PluginReport;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds a node's plugins, starts those that it needs, and ends them. A plugin that is faulty is
/// reported and left out; the node goes on if the others can do the job.
///
/// Every method may be called from any thread.
public final class PluginHost implements AutoCloseable {

  /// The configuration of each plugin.
  @FunctionalInterface
  public interface PluginConfigs {
    ConfigSection of(String pluginId) throws InvalidConfigException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);

  private final PluginSettings settings;
  private final PluginConfigs configs;
  private final PluginCatalog catalog;
  private final PluginChoice choice;
  private final ModularPlugins plugins;
  private final ReentrantLock lock = new ReentrantLock();

  /// What was started, by id, in the order of starting.
  private final Map<String, RunningPlugin> running = new LinkedHashMap<>();

  private PluginHost(
      PluginSettings settings,
      ActiveSettings active,
      PluginConfigs configs,
      PluginCatalog catalog,
      GrantedModules granted) {
    this.settings = settings;
    this.configs = configs;
    this.catalog = catalog;
    this.choice = new PluginChoice(catalog, active);
    this.plugins =
        new ModularPlugins(
            granted,
            catalog.anyFolder(),
            new PluginClasses(settings.startTimeout(), settings.stopTimeout()));
  }

  /// Looks at the plugins in some folders. Loads none.
  ///
  /// @param folders where plugins lie
  /// @param unpackFolder where zips are unpacked to; made when needed
  /// @throws UserFaultException the runtime is on the class path
  public static PluginHost open(
      List<Path> folders,
      Path unpackFolder,
      PluginSettings settings,
      ActiveSettings active,
      PluginConfigs configs)
      throws UserFaultException, IOException {
    GrantedModules granted = GrantedModules.of(requireLayer(PluginHost.class.getModule()));
    PluginCatalog catalog =
        new PluginCatalog(
            folders, unpackFolder, PluginApproval.of(settings), granted, apiVersion());
    catalog.scan();
    return new PluginHost(settings, active, configs, catalog, granted);
  }

  /// The layer of a module.
  ///
  /// @throws UserFaultException it has none, because it is on the class path
  public static ModuleLayer requireLayer(Module module) throws UserFaultException {
    ModuleLayer layer = module.getLayer();
    if (layer == null) {
      throw new UserFaultException(
          "Shoal's runtime is on the class path, where plugins cannot be kept apart:"
              + " start Java with --module-path instead, and --add-modules io.shoal.runtime");
    }
    return layer;
  }

  /// The version of the API that plugins meet here.
  public static String apiVersion() {
    return Extension.class
        .getModule()
        .getDescriptor()
        .rawVersion()
        .orElseThrow(() -> new NoSuchElementException("the module io.shoal.api has no version"));
  }

  /// How the plugins do: all that were found, and those that the configuration names in vain.
  public List<PluginReport> reports() {
    lock.lock();
    try {
      return Stream.concat(catalog.all().stream(), choice.missing().stream())
          .map(FoundPlugin::report)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /// Starts all that the configuration names, and every verifier. At most once.
  ///
  /// @throws UserFaultException the configuration is wrong, or what is left cannot do the job; the
  ///   message says why
  /// @throws InterruptedException interrupted; nothing stays started then, nor after any other
  ///   failure
  public ActivePlugins start(PluginServices services)
      throws ShoalException, IOException, InterruptedException {
    return start(services, EnumSet.allOf(ExtensionKind.class));
  }

  /// As [#start(PluginServices)], but without discoveries or transports if their kind is not among
  /// `kinds`: for work that needs no peers.
  public ActivePlugins start(PluginServices services, Set<ExtensionKind> kinds)
      throws ShoalException, IOException, InterruptedException {
    lock.lock();
    try {
      if (!running.isEmpty()) {
        throw new IllegalStateException("started already");
      }
      boolean done = false;
      try {
        ActivePlugins active = startAll(services, kinds);
        done = true;
        return active;
      } finally {
        if (!done) {
          stopAll();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private ActivePlugins startAll(PluginServices services, Set<ExtensionKind> kinds)
      throws ShoalException, IOException, InterruptedException {
    if (!choice.faults().isEmpty()) {
      throw choice.faults().getFirst();
    }
    refuseMisspelledSections();
    PrivateFile.folder(services.dataFolder());
    startInOrder(kinds, services);
    Map<Long, Active<Verifier>> verifiers = verifiers();
    refuseSharedSchemes(active(ExtensionKind.TRANSPORT, Transport.class));
    Active<ChunkStore> store = one(ExtensionKind.STORAGE, ChunkStore.class);
    Active<Verifier> verifier = one(ExtensionKind.VERIFICATION, Verifier.class);
    for (ExtensionKind kind : List.of(ExtensionKind.DISCOVERY, ExtensionKind.TRANSPORT)) {
      if (kinds.contains(kind) && !choice.of(kind).isEmpty() && started(kind).isEmpty()) {
        throw nothingLeft(kind);
      }
    }
    return new ActivePlugins(
        store,
        verifier,
        verifiers,
        active(ExtensionKind.DISCOVERY, Discovery.class),
        active(ExtensionKind.TRANSPORT, Transport.class));
  }

  /// A section under a name that is nearly a plugin's is a slip of the hand. Under any other name
  /// it may belong to a plugin that was removed for now.
  private void refuseMisspelledSections() throws InvalidConfigException {
    List<String> ids = catalog.all().stream().map(FoundPlugin::id).toList();
    for (String section : settings.configured()) {
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

  /// What is to be started, in order: by kind, the plugins that one depends on before it.
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

  private void startInOrder(Set<ExtensionKind> kinds, PluginServices services)
      throws InvalidConfigException, InterruptedException {
    List<FoundPlugin> loaded = new ArrayList<>();
    for (FoundPlugin plugin : order(kinds)) {
      if (dependsOnOthers(plugin)) {
        startSideBySide(loaded);
        loaded.clear();
      }
      if (load(plugin, wanted(plugin, kinds), services)) {
        loaded.add(plugin);
      }
    }
    startSideBySide(loaded);
  }

  private boolean load(FoundPlugin found, Set<ExtensionKind> kinds, PluginServices services)
      throws InterruptedException {
    Optional<InspectedPlugin> usable = found.usable();
    if (usable.isEmpty()) {
      return false;
    }
    RunningPlugin plugin = new RunningPlugin(usable.get(), plugins, settings, services);
    running.put(found.id(), plugin);
    try {
      for (InspectedPlugin dependency : catalog.dependencies(usable.get())) {
        if (!running.containsKey(dependency.id())) {
          throw new UnusablePluginException(
              Reason.MISSING_DEPENDENCY,
              "it depends on " + dependency.id() + ", which did not start");
        }
      }
      plugin.load(kinds);
      return true;
    } catch (UnusablePluginException e) {
      failRunning(plugin, e);
      return false;
    }
  }

  private static boolean dependsOnOthers(FoundPlugin plugin) {
    return plugin
        .usable()
        .filter(usable -> !usable.descriptor().getDependencies().isEmpty())
        .isPresent();
  }

  /// Starts plugins that do not depend on each other. When this returns or throws each of them has
  /// started or failed; only if this thread is interrupted some are left at what they do, and are
  /// interrupted too.
  private void startSideBySide(List<FoundPlugin> loaded)
      throws InvalidConfigException, InterruptedException {
    Map<FoundPlugin, FutureTask<Boolean>> starts = new LinkedHashMap<>();
    for (FoundPlugin found : loaded) {
      RunningPlugin plugin = Objects.requireNonNull(running.get(found.id()));
      ConfigSection config = configs.of(found.id());
      FutureTask<Boolean> start =
          new FutureTask<>(
              () -> {
                plugin.start(config);
                return true;
              });
      starts.put(found, start);
    }
    List<InvalidConfigException> wrong = new ArrayList<>();
    try {
      starts.forEach((found, start) -> Thread.ofVirtual().name("start-" + found.id()).start(start));
      for (Map.Entry<FoundPlugin, FutureTask<Boolean>> start : starts.entrySet()) {
        awaitStart(start.getKey(), start.getValue()).ifPresent(wrong::add);
      }
    } finally {
      starts.values().forEach(start -> start.cancel(true));
    }
    if (!wrong.isEmpty()) {
      throw wrong.getFirst();
    }
  }

  private Optional<InvalidConfigException> awaitStart(FoundPlugin found, Future<Boolean> start)
      throws InterruptedException {
    try {
      start.get();
      found.markStarted();
      LOG.debug("plugin {} started from {}", found.id(), found.place());
      return Optional.empty();
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case UnusablePluginException fault -> {
          failRunning(Objects.requireNonNull(running.get(found.id())), fault);
          yield Optional.empty();
        }
        case InvalidConfigException fault -> {
          found.fail(new PluginProblem(Reason.CONFIGURATION, String.valueOf(fault.getMessage())));
          yield Optional.of(fault);
        }
        case null, default ->
            throw new IllegalStateException("the start of " + found.id() + " was not held", e);
      };
    }
  }

  private Map<Long, Active<Verifier>> verifiers() throws InterruptedException {
    Map<Long, Active<Verifier>> byCode = new HashMap<>();
    for (RunningPlugin plugin : List.copyOf(running.values())) {
      String id = plugin.plugin().id();
      for (Extension extension : plugin.extensions(ExtensionKind.VERIFICATION)) {
        Verifier verifier = (Verifier) extension;
        try {
          long code = plugin.ask("multihashCode", verifier::multihashCode);
          Active<Verifier> before = byCode.putIfAbsent(code, new Active<>(id, verifier));
          if (before != null) {
            throw new UnusablePluginException(
                Reason.CONFLICT,
                "it claims the hash function 0x%x, as %s does: remove one of them"
                    .formatted(code, before.pluginId()));
          }
        } catch (UnusablePluginException e) {
          byCode.values().removeIf(active -> active.pluginId().equals(id));
          failRunning(plugin, e);
          break;
        }
      }
    }
    return byCode;
  }

  private void failRunning(RunningPlugin plugin, UnusablePluginException why) {
    String id = plugin.plugin().id();
    catalog.find(id).ifPresent(found -> found.fail(why));
    running.remove(id);
    plugin.stop();
  }

  private void refuseSharedSchemes(List<Active<Transport>> transports)
      throws InvalidConfigException, InterruptedException {
    Map<String, String> speakers = new HashMap<>();
    for (Active<Transport> transport : transports) {
      RunningPlugin plugin = running.get(transport.pluginId());
      if (plugin == null) {
        continue;
      }
      try {
        for (Scheme scheme : plugin.ask("schemes", () -> transport.extension().schemes())) {
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
        failRunning(plugin, e);
      }
    }
  }

  /// The plugins of a kind that run, in the order of the configuration.
  private List<RunningPlugin> started(ExtensionKind kind) {
    return choice.of(kind).stream()
        .flatMap(found -> Optional.ofNullable(running.get(found.id())).stream())
        .filter(plugin -> !plugin.extensions(kind).isEmpty())
        .toList();
  }

  private <T extends Extension> List<Active<T>> active(ExtensionKind kind, Class<T> type) {
    List<Active<T>> active = new ArrayList<>();
    for (RunningPlugin plugin : started(kind)) {
      for (Extension extension : plugin.extensions(kind)) {
        active.add(new Active<>(plugin.plugin().id(), type.cast(extension)));
      }
    }
    return active;
  }

  private <T extends Extension> Active<T> one(ExtensionKind kind, Class<T> type)
      throws UserFaultException {
    List<Active<T>> active = active(kind, type);
    if (active.isEmpty()) {
      throw nothingLeft(kind);
    }
    return active.getFirst();
  }

  private UserFaultException nothingLeft(ExtensionKind kind) {
    List<String> problems =
        choice.of(kind).stream()
            .flatMap(
                found ->
                    found.problem().stream().map(problem -> found.id() + ": " + problem.message()))
            .toList();
    return new UserFaultException(
        problems.isEmpty()
            ? "no plugin provides "
                + kind.word()
                + ": add one to "
                + catalog.folderNames()
                + unusable()
            : "no plugin for "
                + kind.word()
                + " can be used: plugin "
                + String.join("; plugin ", problems));
  }

  /// What lies there and cannot be used: probably what is missed.
  private String unusable() {
    String problems =
        String.join(
            "; ",
            catalog.all().stream()
                .flatMap(
                    found ->
                        found.problem().stream()
                            .map(problem -> "plugin " + found.id() + ": " + problem.message()))
                .toList());
    return problems.isEmpty() ? "" : " (not usable: " + problems + ")";
  }

  /// Ends all plugins, the last started first. Each has the time that `plugins.stopTimeout` gives;
  /// what hangs is left behind. Safe to call twice.
  @Override
  public void close() {
    lock.lock();
    try {
      stopAll();
    } finally {
      lock.unlock();
    }
  }

  private void stopAll() {
    for (RunningPlugin plugin : new ArrayList<>(running.values()).reversed()) {
      String id = plugin.plugin().id();
      List<PluginProblem> problems = plugin.stop();
      running.remove(id);
      catalog
          .find(id)
          .ifPresent(
              found -> {
                found.markStopped();
                problems.forEach(found::fail);
              });
    }
  }
}
