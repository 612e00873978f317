package io.shoal.runtime.plugin;

import io.shoal.api.Extension;
import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.config.ConfigSection;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.limit.Deadline;
import io.shoal.runtime.plugin.border.PluginBorder;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.InspectedPlugin;
import io.shoal.runtime.plugin.inspection.PluginProblem;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.PluginSettings;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.pf4j.PluginState;

/// One plugin, from the definition of its classes until they are unloaded. Every call of its code
/// is made on a thread of its own with a deadline.
final class RunningPlugin {

  private static final String START_TIMEOUT = "plugins.startTimeout";

  private final InspectedPlugin plugin;
  private final ModularPlugins plugins;
  private final PluginSettings settings;
  private final PluginServices services;
  private final PluginBorder border;
  private final PluginScheduler scheduler;
  private final SharedObjects objects = new SharedObjects();
  private final Map<ExtensionKind, List<Extension>> extensions = new EnumMap<>(ExtensionKind.class);
  private final List<Extension> toClose = new ArrayList<>();

  RunningPlugin(
      InspectedPlugin plugin,
      ModularPlugins plugins,
      PluginSettings settings,
      PluginServices services,
      PluginBorder border) {
    this.plugin = plugin;
    this.plugins = plugins;
    this.settings = settings;
    this.services = services;
    this.border = border;
    this.scheduler = new PluginScheduler(plugin.id());
  }

  String id() {
    return plugin.id();
  }

  /// The started extensions of a kind.
  List<Extension> extensions(ExtensionKind kind) {
    return extensions.getOrDefault(kind, List.of());
  }

  /// Loads the plugin and makes its extensions of some kinds. Not for two plugins at a time.
  ///
  /// @throws UnusablePluginException it cannot be used
  void load(Set<ExtensionKind> kinds) throws UnusablePluginException, InterruptedException {
    plugins.load(plugin);
    if (plugins.startPlugin(plugin.id()) != PluginState.STARTED) {
      throw PluginCall.fault("it", plugins.getPlugin(plugin.id()).getFailedException());
    }
    for (ExtensionKind kind : kinds) {
      List<Extension> made = ask("its constructor", () -> plugins.newExtensions(plugin, kind));
      extensions.put(
          kind, made.stream().map(extension -> border.around(plugin.id(), extension)).toList());
    }
  }

  /// Starts the extensions that were made.
  ///
  /// @param config its part of the configuration
  /// @throws InvalidConfigException the configuration under it is wrong or holds keys that it does
  ///   not know
  /// @throws UnusablePluginException it cannot be used
  void start(ConfigSection config)
      throws UnusablePluginException, InvalidConfigException, InterruptedException {
    HostedContext context = context(config);
    for (List<Extension> made : extensions.values()) {
      for (Extension extension : made) {
        toClose.add(extension);
        config.declare(ask("configuration", extension::configuration));
        start(extension, context);
      }
    }
    // The keys of an extension that is not used are its own: switching it off must not make the
    // user edit its settings.
    if (extensions.keySet().containsAll(plugin.extensions().keySet())) {
      config.refuseUnknown();
    }
  }

  private HostedContext context(ConfigSection config) throws UnusablePluginException {
    Path folder = services.pluginFolder(plugin.id());
    try {
      PrivateFile.folder(folder);
    } catch (IOException e) {
      throw new UnusablePluginException(
          Reason.FAILED,
          "its folder " + folder + " cannot be made: " + e + ": check rights and space",
          e);
    }
    // By a folder that it cannot write to a plugin knows that the node only reads.
    if (!services.dataFolder().isReadOnly() && !Files.isWritable(folder)) {
      throw new UnusablePluginException(
          Reason.FAILED,
          "its folder " + folder + " cannot be written to: make it writable for this user");
    }
    return new HostedContext(
        plugin.id(),
        config,
        folder,
        services.identity(),
        services.swarmSecret(),
        services.clock(),
        services.metrics().of(plugin.id()),
        scheduler,
        services.bulkPool(),
        objects,
        PluginHost.apiVersion(),
        services.node());
  }

  private void start(Extension extension, HostedContext context)
      throws UnusablePluginException, InvalidConfigException, InterruptedException {
    try {
      call(
          settings.startTimeout(),
          () -> {
            extension.start(context);
            return Optional.empty();
          });
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InvalidConfigException fault) {
        throw fault;
      }
      throw PluginCall.fault("start", Objects.requireNonNull(e.getCause()));
    } catch (Deadline.MissedException e) {
      throw PluginCall.hung("start", START_TIMEOUT, e);
    }
  }

  /// Calls code of the plugin that must return soon.
  ///
  /// @param what the call, for messages
  <T> T ask(String what, Callable<T> question)
      throws UnusablePluginException, InterruptedException {
    try {
      return call(settings.startTimeout(), () -> Optional.of(question.call())).orElseThrow();
    } catch (ExecutionException e) {
      throw PluginCall.fault(what, Objects.requireNonNull(e.getCause()));
    } catch (Deadline.MissedException e) {
      throw PluginCall.hung(what, START_TIMEOUT, e);
    }
  }

  private <T> Optional<T> call(Duration limit, Callable<Optional<T>> work)
      throws ExecutionException, Deadline.MissedException, InterruptedException {
    return Deadline.call(
        "plugin-" + plugin.id(), limit, plugins.getPluginClassLoader(plugin.id()), work);
  }

  /// Ends the plugin, whatever state it is in: closes its extensions, ends its timers, unloads its
  /// classes.
  ///
  /// @return what failed
  List<PluginProblem> stop() {
    List<PluginProblem> problems = new ArrayList<>();
    boolean interrupted = false;
    for (Extension extension : toClose.reversed()) {
      interrupted |= close("close", extension, problems);
    }
    toClose.clear();
    extensions.clear();
    scheduler.close();
    for (AutoCloseable object : objects.takeAll()) {
      interrupted |= close("the close of " + object.getClass().getName(), object, problems);
    }
    services.metrics().remove(plugin.id());
    if (plugins.getPlugin(plugin.id()) != null) {
      plugins.unload(plugin);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return problems;
  }

  /// @return whether this thread was interrupted meanwhile: a node that is stopped twice should end
  ///   faster, and the rest is ended all the same
  private boolean close(String what, AutoCloseable closeable, List<PluginProblem> problems) {
    try {
      call(
          settings.stopTimeout(),
          () -> {
            closeable.close();
            return Optional.empty();
          });
    } catch (ExecutionException e) {
      problems.add(new PluginProblem(Reason.FAILED, what + " failed with " + e.getCause()));
    } catch (Deadline.MissedException e) {
      problems.add(
          new PluginProblem(Reason.HUNG, what + " " + e.getMessage() + ": it was left behind"));
    } catch (InterruptedException e) {
      return true;
    }
    return false;
  }
}
