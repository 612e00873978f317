package io.shoal.runtime.plugin;

import io.shoal.api.Extension;
import io.shoal.runtime.plugin.inspection.ExtensionKind;
import io.shoal.runtime.plugin.inspection.GrantedModules;
import io.shoal.runtime.plugin.inspection.InspectedModules;
import io.shoal.runtime.plugin.inspection.InspectedPlugin;
import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import io.shoal.runtime.plugin.inspection.UnusablePluginException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pf4j.BasePluginRepository;
import org.pf4j.DefaultPluginManager;
import org.pf4j.ExtensionDescriptor;
import org.pf4j.ExtensionFactory;
import org.pf4j.ExtensionFinder;
import org.pf4j.ExtensionWrapper;
import org.pf4j.PluginDependency;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginFactory;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRepository;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginStatusProvider;
import org.pf4j.PluginWrapper;
import org.pf4j.RuntimeMode;

/// PF4J, with a module layer for each modular plugin and an [IsolatedClassLoader] for each. Not
/// thread-safe, as PF4J is not.
final class ModularPlugins extends DefaultPluginManager {

  private final GrantedModules granted;
  private final PluginFactory pluginClasses;
  private final Map<Path, InspectedPlugin> inspected;
  private final Map<String, ModuleLayer> layers;

  /// @param root a folder, for PF4J; plugins are loaded from wherever they are
  /// @param pluginClasses makes the objects of those plugins that have a `Plugin-Class`
  ModularPlugins(GrantedModules granted, Path root, PluginFactory pluginClasses) {
    this.granted = granted;
    this.pluginClasses = pluginClasses;
    this.inspected = new HashMap<>();
    this.layers = new HashMap<>();
    super(List.of(root));
    setResolveRecoveryStrategy(ResolveRecoveryStrategy.IGNORE_PLUGIN_AND_CONTINUE);
  }

  /// Defines a plugin's classes, loading none yet. The plugins that it depends on were loaded
  /// before.
  ///
  /// @throws UnusablePluginException its modules do not fit together
  void load(InspectedPlugin plugin) throws UnusablePluginException {
    inspected.put(plugin.artifact().root(), plugin);
    try {
      loadPluginFromPath(plugin.artifact().root());
      resolvePlugins();
    } catch (FindException | ResolutionException | LayerInstantiationException e) {
      throw new UnusablePluginException(
          Reason.LINKAGE, "its modules do not fit together: " + e.getMessage(), e);
    } catch (IllegalCallerException e) {
      throw new UnusablePluginException(
          Reason.LINKAGE,
          "it calls native code, and Java does not let the node allow that: start Java with"
              + " --enable-native-access=io.shoal.runtime",
          e);
    } catch (PluginRuntimeException e) {
      throw new UnusablePluginException(Reason.FAILED, "it cannot be loaded: " + e.getMessage(), e);
    }
  }

  /// New extensions of a kind, in the order in which the plugin lists them. Their constructors run
  /// here.
  List<Extension> newExtensions(InspectedPlugin plugin, ExtensionKind kind) {
    List<Extension> extensions = new ArrayList<>();
    for (ExtensionWrapper<?> wrapper : extensionFinder.find(kind.type(), plugin.id())) {
      extensions.add(kind.type().cast(wrapper.getExtension()));
    }
    return extensions;
  }

  /// Stops and forgets a plugin and frees its jars. Those that depend on it were unloaded before.
  void unload(InspectedPlugin plugin) {
    unloadPlugin(plugin.id(), false, false);
    layers.remove(plugin.id());
    inspected.remove(plugin.artifact().root());
  }

  private InspectedPlugin require(Path root) {
    InspectedPlugin plugin = inspected.get(root);
    if (plugin == null) {
      throw new PluginRuntimeException("{} was not inspected", root);
    }
    return plugin;
  }

  private ClassLoader define(InspectedPlugin plugin) {
    IsolatedClassLoader loader = new IsolatedClassLoader(this, plugin, granted);
    if (plugin.isModular()) {
      layers.put(plugin.id(), layer(plugin, loader));
    }
    return loader;
  }

  /// @throws IllegalCallerException it needs native access, and this module may not give it
  @SuppressWarnings("restricted") // the launcher lets this module give native access
  private ModuleLayer layer(InspectedPlugin plugin, ClassLoader loader) {
    List<ModuleLayer> parents = new ArrayList<>(List.of(granted.layer()));
    for (PluginDependency dependency : plugin.descriptor().getDependencies()) {
      ModuleLayer below = layers.get(dependency.getPluginId());
      if (below != null) {
        parents.add(below);
      }
    }
    Configuration configuration =
        Configuration.resolveAndBind(
            new InspectedModules(plugin.modules()),
            parents.stream().map(ModuleLayer::configuration).toList(),
            ModuleFinder.of(),
            // All of them: no module requires a jar with nothing but native code.
            plugin.modules().keySet());
    ModuleLayer.Controller controller =
        ModuleLayer.defineModules(configuration, parents, module -> loader);
    ModuleLayer layer = controller.layer();
    if (plugin.flags().nativeAccess()) {
      layer.modules().forEach(controller::enableNativeAccess);
    }
    return layer;
  }

  @Override
  protected PluginLoader createPluginLoader() {
    return new PluginLoader() {
      @Override
      public boolean isApplicable(Path root) {
        return true;
      }

      @Override
      public ClassLoader loadPlugin(Path root, PluginDescriptor descriptor) {
        return define(require(root));
      }
    };
  }

  @Override
  protected PluginDescriptorFinder createPluginDescriptorFinder() {
    return new PluginDescriptorFinder() {
      @Override
      public boolean isApplicable(Path root) {
        return true;
      }

      @Override
      public PluginDescriptor find(Path root) {
        return require(root).descriptor();
      }
    };
  }

  @Override
  protected PluginFactory createPluginFactory() {
    return pluginClasses;
  }

  @Override
  protected PluginRepository createPluginRepository() {
    // PF4J looks for no plugins: those that are loaded were inspected first.
    return new BasePluginRepository(List.of());
  }

  @Override
  protected PluginStatusProvider createPluginStatusProvider() {
    return new PluginStatusProvider() {
      @Override
      public boolean isPluginDisabled(String pluginId) {
        return false;
      }

      @Override
      public void disablePlugin(String pluginId) {
        throw new PluginRuntimeException("the configuration says which plugins are used");
      }

      @Override
      public void enablePlugin(String pluginId) {
        throw new PluginRuntimeException("the configuration says which plugins are used");
      }
    };
  }

  @Override
  public RuntimeMode getRuntimeMode() {
    // PF4J would read a system property, and then load plugins from folders of classes.
    return RuntimeMode.DEPLOYMENT;
  }

  @Override
  protected boolean isPluginValid(PluginWrapper wrapper) {
    // InspectedPlugin checked the version, more strictly than PF4J does.
    return true;
  }

  @Override
  protected ExtensionFactory createExtensionFactory() {
    return this::newInstance;
  }

  private <T> T newInstance(Class<T> type) {
    ModuleLayer layer = type.getModule().getLayer();
    if (layer != null) {
      return type.cast(newProvider(type, layer));
    }
    try {
      return type.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new PluginRuntimeException(cause, "{} cannot be made: {}", type.getName(), cause);
    }
  }

  /// Through a service loader, which may make objects of classes in packages that a module does not
  /// export.
  private static Extension newProvider(Class<?> type, ModuleLayer layer) {
    for (ExtensionKind kind : ExtensionKind.values()) {
      for (var provider : ServiceLoader.load(layer, kind.type()).stream().toList()) {
        if (provider.type() == type) {
          return provider.get();
        }
      }
    }
    throw new PluginRuntimeException(
        "{} is not provided by a module of its plugin", type.getName());
  }

  @Override
  protected ExtensionFinder createExtensionFinder() {
    return new ProvidedExtensions();
  }

  /// Finds the extensions that were found when the plugins were inspected.
  private final class ProvidedExtensions implements ExtensionFinder {

    @Override
    public <T> List<ExtensionWrapper<T>> find(Class<T> type) {
      List<ExtensionWrapper<T>> found = new ArrayList<>();
      inspected.values().forEach(plugin -> found.addAll(find(type, plugin.id())));
      return found;
    }

    @Override
    public <T> List<ExtensionWrapper<T>> find(Class<T> type, @Nullable String pluginId) {
      List<ExtensionWrapper<T>> found = new ArrayList<>();
      for (InspectedPlugin plugin : inspected.values()) {
        if (!plugin.id().equals(pluginId)) {
          continue;
        }
        plugin
            .extensions()
            .forEach(
                (kind, names) -> {
                  if (kind.type().equals(type)) {
                    names.forEach(name -> found.add(wrap(plugin, name)));
                  }
                });
      }
      return found;
    }

    private <T> ExtensionWrapper<T> wrap(InspectedPlugin plugin, String className) {
      try {
        Class<?> type = getPluginClassLoader(plugin.id()).loadClass(className);
        return new ExtensionWrapper<>(new ExtensionDescriptor(0, type), getExtensionFactory());
      } catch (ClassNotFoundException e) {
        throw new PluginRuntimeException(e, "its class {} is missing", className);
      }
    }

    @Override
    @SuppressWarnings("rawtypes") // PF4J's signature
    public List<ExtensionWrapper> find(@Nullable String pluginId) {
      List<ExtensionWrapper> found = new ArrayList<>();
      for (ExtensionKind kind : ExtensionKind.values()) {
        found.addAll(find(kind.type(), pluginId));
      }
      return found;
    }

    @Override
    public Set<String> findClassNames(@Nullable String pluginId) {
      Set<String> names = new LinkedHashSet<>();
      for (InspectedPlugin plugin : inspected.values()) {
        if (plugin.id().equals(pluginId)) {
          plugin.extensions().values().forEach(names::addAll);
        }
      }
      return names;
    }
  }
}
