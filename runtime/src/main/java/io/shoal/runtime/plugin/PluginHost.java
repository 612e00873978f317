package io.shoal.runtime.plugin;

import io.shoal.api.ChunkStore;
import io.shoal.api.Discovery;
import io.shoal.api.Extension;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.NodeObserver;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.api.Verifier;
import io.shoal.runtime.config.ConfigSection;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.plugin.ActivePlugins.Active;
import io.shoal.runtime.plugin.border.CallDeadlines;
import io.shoal.runtime.plugin.border.PluginBorder;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.FoundPlugin;
import io.shoal.runtime.plugin.inspection.GrantedModules;
import io.shoal.runtime.plugin.inspection.PluginApproval;
import io.shoal.runtime.plugin.inspection.PluginCatalog;
import io.shoal.runtime.plugin.inspection.PluginPlaces;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import io.shoal.runtime.plugin.inspection.PluginReport;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds a node's plugins, starts those that it needs, and ends them. A plugin that is faulty is
/// reported and left out; the node goes on if the others can do the job.
///
/// Every method may be called from any thread.
public final class PluginHost implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);

  /// The configuration of each plugin.
  @FunctionalInterface
  public interface PluginConfigs {
    ConfigSection of(String pluginId) throws InvalidConfigException;
  }

  private final PluginSettings settings;
  private final PluginConfigs configs;
  private final PluginCatalog catalog;
  private final PluginChoice choice;
  private final ModularPlugins plugins;
  private final RunningPlugins running;
  private Optional<CallDeadlines> deadlines = Optional.empty();

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
    this.running = new RunningPlugins(catalog);
    this.plugins =
        new ModularPlugins(
            granted,
            catalog.anyFolder(),
            new PluginClasses(settings.startTimeout(), settings.stopTimeout()));
  }

  /// Inspects the plugins in some folders. Loads none.
  ///
  /// @param copyFolder where copies of plugins are made while they are used; made when needed
  /// @param copied whether to use copies alone, so that files may be replaced meanwhile
  /// @throws UserFaultException the runtime is on the class path
  public static PluginHost open(
      PluginPlaces places,
      Path copyFolder,
      boolean copied,
      PluginSettings settings,
      ActiveSettings active,
      PluginConfigs configs)
      throws UserFaultException, IOException {
    GrantedModules granted = GrantedModules.of(requireLayer(PluginHost.class.getModule()));
    PluginCatalog catalog =
        new PluginCatalog(
            places,
            copyFolder,
            copied,
            PluginApproval.of(settings, places.lock()),
            granted,
            apiVersion());
    boolean opened = false;
    try {
      catalog.scan();
      PluginHost host = new PluginHost(settings, active, configs, catalog, granted);
      opened = true;
      return host;
    } finally {
      if (!opened) {
        catalog.close();
      }
    }
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

  /// The states of all plugins that were found, and of those that the configuration names and that
  /// were not.
  public synchronized List<PluginReport> reports() {
    return Stream.concat(catalog.all().stream(), choice.missing().stream())
        .map(FoundPlugin::report)
        .toList();
  }

  /// Files that came, changed or went since the start: what is used is what was there then.
  public synchronized List<PluginReport> news() {
    try {
      return catalog.news();
    } catch (IOException e) {
      LOG.debug("the folders of plugins cannot be compared", e);
      return List.of();
    }
  }

  /// Warns of every plugin that the node goes on without.
  public void warnOfProblems() {
    for (PluginReport report : reports()) {
      report
          .problem()
          .ifPresent(
              why -> LOG.warn("continues without plugin {}: {}", report.id(), why.message()));
    }
  }

  /// Starts all that the configuration names, and every verifier. At most once.
  ///
  /// @throws UserFaultException the configuration is wrong, or what is left cannot do the job; the
  ///   message says why
  /// @throws InterruptedException interrupted; no plugin stays started then, nor after any other
  ///   failure
  public ActivePlugins start(PluginServices services)
      throws ShoalException, IOException, InterruptedException {
    return start(services, EnumSet.allOf(ExtensionKind.class));
  }

  /// As [#start(PluginServices)], but without the discoveries, transports or observers whose kind
  /// is not among `kinds`: for work that needs no peers.
  public synchronized ActivePlugins start(PluginServices services, Set<ExtensionKind> kinds)
      throws ShoalException, IOException, InterruptedException {
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
        close();
      }
    }
  }

  /// Two stores that run, and all verifiers.
  public record Stores(ChunkStore from, ChunkStore to, Collection<Active<Verifier>> verifiers) {}

  /// Starts two stores, of which one is copied into the other, and every verifier. At most once,
  /// and instead of [#start].
  ///
  /// @throws InvalidInputException one of the ids is not that of an installed store
  public synchronized Stores startStores(PluginServices services, String from, String to)
      throws ShoalException, IOException, InterruptedException {
    requireStore(from);
    choice.addStore(requireStore(to));
    boolean done = false;
    try {
      PluginChecks checks = begin(services, ExtensionKind.needed(false));
      Stores stores = new Stores(store(from), store(to), checks.verifiers().values());
      done = true;
      return stores;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private FoundPlugin requireStore(String id) throws InvalidInputException {
    Optional<FoundPlugin> found = catalog.find(id);
    // One that cannot be used is named with its reason when it is started.
    if (found.isEmpty()
        || found.get().problem().isEmpty() && !found.get().provides(ExtensionKind.STORAGE)) {
      throw new InvalidInputException(
          id
              + " is not an installed storage plugin: name two of "
              + String.join(
                  ", ",
                  catalog.providing(ExtensionKind.STORAGE).stream().map(FoundPlugin::id).toList()));
    }
    return found.get();
  }

  private ChunkStore store(String id) throws UserFaultException {
    for (Active<ChunkStore> store : active(ExtensionKind.STORAGE, ChunkStore.class)) {
      if (store.pluginId().equals(id)) {
        return store.extension();
      }
    }
    throw new UserFaultException(
        "plugin %s cannot be used: %s"
            .formatted(
                id,
                catalog
                    .find(id)
                    .flatMap(FoundPlugin::problem)
                    .map(PluginProblem::message)
                    .orElse("it did not start")));
  }

  private ActivePlugins startAll(PluginServices services, Set<ExtensionKind> kinds)
      throws ShoalException, IOException, InterruptedException {
    PluginChecks checks = begin(services, kinds);
    Map<Long, Active<Verifier>> verifiers = checks.verifiers();
    checks.refuseSharedSchemes(active(ExtensionKind.TRANSPORT, Transport.class));
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
        active(ExtensionKind.TRANSPORT, Transport.class),
        active(ExtensionKind.OBSERVER, NodeObserver.class));
  }

  private PluginChecks begin(PluginServices services, Set<ExtensionKind> kinds)
      throws ShoalException, IOException, InterruptedException {
    if (!choice.faults().isEmpty()) {
      throw choice.faults().getFirst();
    }
    PluginChecks.refuseMisspelledSections(
        settings.configured(), catalog.all().stream().map(FoundPlugin::id).toList());
    PrivateFile.folder(services.dataFolder().path());
    CallDeadlines limits = new CallDeadlines(services.nanoTime()).start();
    deadlines = Optional.of(limits);
    PluginBorder border = new PluginBorder(limits);
    new PluginStart(
            catalog,
            choice,
            configs,
            plugin -> new RunningPlugin(plugin, plugins, settings, services, border),
            running)
        .start(kinds);
    return new PluginChecks(running);
  }

  /// A plugin failed at its work and is not used any more. It is ended with the others.
  public synchronized void failed(String pluginId, UnusablePluginException why) {
    catalog.find(pluginId).ifPresent(found -> found.fail(why));
  }

  /// The plugins of a kind that run, in the order of the configuration.
  private List<RunningPlugin> started(ExtensionKind kind) {
    return choice.of(kind).stream()
        .flatMap(found -> running.find(found.id()).stream())
        .filter(plugin -> !plugin.extensions(kind).isEmpty())
        .toList();
  }

  private <T extends Extension> List<Active<T>> active(ExtensionKind kind, Class<T> type) {
    List<Active<T>> active = new ArrayList<>();
    for (RunningPlugin plugin : started(kind)) {
      for (Extension extension : plugin.extensions(kind)) {
        active.add(new Active<>(plugin.id(), type.cast(extension)));
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

  /// The plugins that cannot be used: the missing one is probably among them.
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

  /// Ends all plugins, the last started first. Each has as long as `plugins.stopTimeout`; one that
  /// hangs is left behind. Safe to call twice.
  @Override
  public synchronized void close() {
    running.stopAll();
    deadlines.ifPresent(CallDeadlines::close);
    try {
      catalog.close();
    } catch (IOException e) {
      LOG.debug("copies of plugins stay until the next start", e);
    }
  }
}
