package io.shoal.runtime.plugin;

import io.shoal.runtime.plugin.inspection.GrantedModules;
import io.shoal.runtime.plugin.inspection.InspectedPlugin;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pf4j.ClassLoadingStrategy;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginManager;

/// Loads a plugin's classes: those of granted modules from around it, all others from its own jars
/// and the plugins that it depends on. One for all modules of a plugin, or for its plain jars.
///
/// A PF4J loader because PF4J casts to it and closes it, which frees the jars.
final class IsolatedClassLoader extends PluginClassLoader {

  /// The folder of files for the machinery around plugins; a plugin sees only its own.
  private static final String SERVICES = "META-INF/";

  private final GrantedModules granted;
  private final String pluginId;

  /// Whether it says that it uses experimental types.
  private final boolean experimental;

  /// The plugin's own modules; empty for plain jars.
  private final Set<String> modules;

  IsolatedClassLoader(PluginManager manager, InspectedPlugin plugin, GrantedModules granted) {
    super(
        manager,
        plugin.descriptor(),
        IsolatedClassLoader.class.getClassLoader(),
        ClassLoadingStrategy.PDA);
    this.granted = granted;
    this.pluginId = plugin.id();
    this.experimental = plugin.flags().experimental();
    this.modules = Set.copyOf(plugin.modules().keySet());
    plugin.artifact().jars().forEach(jar -> addFile(jar.toFile()));
  }

  /// Programs know by it from which plugin a class is, as for a line of their logs.
  @Override
  public String getName() {
    return "plugin " + pluginId;
  }

  @Override
  public Class<?> loadClass(String name) throws ClassNotFoundException {
    Optional<String> module = granted.moduleOf(packageOf(name));
    if (module.isPresent() && GrantedModules.isGranted(module.get())) {
      if (!experimental && granted.isExperimental(name)) {
        // No ClassNotFoundException, of which the JVM would show the name alone.
        throw new NoClassDefFoundError(InspectedPlugin.undeclared(name));
      }
      return getParent().loadClass(name);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try {
        return findClass(name);
      } catch (ClassNotFoundException notOwn) {
        Class<?> dependency = loadClassFromDependencies(name);
        if (dependency != null) {
          return dependency;
        }
        throw module
            .map(
                hidden ->
                    new ClassNotFoundException(
                        name + ": plugin " + pluginId + " may not use the module " + hidden,
                        notOwn))
            .orElse(notOwn);
      }
    }
  }

  private static String packageOf(String className) {
    return className.substring(0, Math.max(0, className.lastIndexOf('.')));
  }

  /// Called by the module system when it links modules or looks for a provider.
  @Override
  protected @Nullable Class<?> findClass(@Nullable String moduleName, String name) {
    if (moduleName != null && !modules.contains(moduleName)) {
      return null;
    }
    try {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : findClass(name);
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  @Override
  protected @Nullable URL findResource(@Nullable String moduleName, String name)
      throws IOException {
    return moduleName == null || modules.contains(moduleName) ? findResource(name) : null;
  }

  @Override
  public @Nullable URL getResource(String name) {
    URL own = findResource(name);
    if (own == null) {
      own = findResourceFromDependencies(name);
    }
    return own != null || name.startsWith(SERVICES) ? own : grantedResource(name);
  }

  private @Nullable URL grantedResource(String name) {
    int slash = name.lastIndexOf('/');
    Optional<String> module =
        granted.moduleOf(slash < 0 ? "" : name.substring(0, slash).replace('/', '.'));
    return module.filter(GrantedModules::isGranted).isPresent()
        ? getParent().getResource(name)
        : null;
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    List<URL> found = new ArrayList<>(Collections.list(findResources(name)));
    found.addAll(findResourcesFromDependencies(name));
    URL shared = name.startsWith(SERVICES) ? null : grantedResource(name);
    if (shared != null) {
      found.add(shared);
    }
    return Collections.enumeration(found);
  }
}
