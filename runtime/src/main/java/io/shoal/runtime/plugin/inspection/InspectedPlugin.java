package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.pf4j.ManifestPluginDescriptorFinder;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PropertiesPluginDescriptorFinder;

/// A plugin that was inspected and can be loaded; no class of it has been.
///
/// @param descriptor what its manifest or properties say
/// @param artifact its files
/// @param flags what it asks for beyond the usual
/// @param modules its modules, by name; empty if its jars are plain ones
/// @param extensions the classes that it provides, by kind
public record InspectedPlugin(
    PluginDescriptor descriptor,
    PluginArtifact artifact,
    PluginFlags flags,
    Map<String, ModuleReference> modules,
    Map<ExtensionKind, List<String>> extensions) {

  private static final String API_FOLDER = "io/shoal/api/";

  public String id() {
    return descriptor.getPluginId();
  }

  public boolean isModular() {
    return !modules.isEmpty();
  }

  /// Reads the manifest of the jar or the properties of the folder.
  static PluginDescriptor describe(PluginArtifact artifact) throws UnusablePluginException {
    PluginDescriptor descriptor;
    try {
      descriptor =
          artifact.root().toString().endsWith(".jar")
              ? new ManifestPluginDescriptorFinder().find(artifact.root())
              : new PropertiesPluginDescriptorFinder().find(artifact.root());
    } catch (PluginRuntimeException | NullPointerException | IllegalArgumentException e) {
      throw new UnusablePluginException(Reason.UNREADABLE, unreadable(artifact.root(), e), e);
    }
    String id = descriptor.getPluginId();
    if (id == null || id.isEmpty()) {
      throw new UnusablePluginException(
          Reason.UNREADABLE, "it has no Plugin-Id: it is not a plugin, move it elsewhere");
    }
    if (!PluginIds.isValid(id)) {
      throw new UnusablePluginException(
          Reason.UNREADABLE, "its id '" + id + "' is not of the form " + PluginIds.RULE);
    }
    if (PluginIds.isReserved(id)) {
      throw new UnusablePluginException(
          Reason.UNREADABLE,
          "its id '"
              + id
              + "' is that of a key of the configuration (plugins."
              + id
              + "): its author has to give it another Plugin-Id");
    }
    return descriptor;
  }

  private static String unreadable(Path root, Throwable fault) {
    if (!Files.isReadable(root)) {
      return "this user may not read it: change its permissions or its owner";
    }
    if (fault instanceof NullPointerException) {
      // PF4J does not expect a jar without a manifest.
      return "it has no manifest: it is not a plugin, move it elsewhere";
    }
    Throwable cause = fault.getCause() == null ? fault : fault.getCause();
    return "it cannot be read ("
        + cause.getMessage()
        + "): it is damaged, or it is not a plugin: get it again or move it elsewhere";
  }

  /// Checks versions and content.
  static InspectedPlugin inspect(
      PluginDescriptor descriptor,
      PluginArtifact artifact,
      GrantedModules granted,
      String apiVersion)
      throws UnusablePluginException, IOException {
    PluginVersions.check(descriptor, apiVersion);
    PluginFlags flags = PluginFlags.of(artifact);
    if (flags.experimental()) {
      PluginVersions.checkExperimental(descriptor, apiVersion);
    }
    for (Path jar : artifact.jars()) {
      refuseApiClasses(jar);
    }
    Map<String, ModuleReference> modules = modules(artifact);
    // A zip of plain jars, each an automatic module by its file name, is a plain plugin.
    boolean modular =
        modules.values().stream().anyMatch(module -> !module.descriptor().isAutomatic());
    if (flags.nativeAccess() && !modular) {
      throw new UnusablePluginException(
          Reason.UNREADABLE,
          "its Plugin-Native-Access is for modules, and it has no module-info.class: report it to"
              + " its author");
    }
    InspectedPlugin plugin =
        modular
            ? new InspectedPlugin(descriptor, artifact, flags, modules, provided(modules))
            : new InspectedPlugin(
                descriptor, artifact, flags, Map.of(), new PlainExtensions(artifact.jars()).find());
    for (ExtensionKind kind : plugin.extensions().keySet()) {
      String type = kind.type().getName();
      if (granted.isExperimental(type) && !flags.experimental()) {
        throw new UnusablePluginException(Reason.WRONG_API, undeclared(type));
      }
    }
    return plugin;
  }

  /// Why a plugin may not use an experimental type, with what its author has to do.
  public static String undeclared(String type) {
    return "it uses "
        + type
        + ", which is experimental: its author has to say so with "
        + PluginFlags.EXPERIMENTAL
        + ": true, and to require one minor version of the API, as ~1.2.0 does";
  }

  private static void refuseApiClasses(Path jar) throws IOException, UnusablePluginException {
    try (JarFile file = new JarFile(jar.toFile())) {
      boolean bundled =
          file.stream()
              .anyMatch(
                  entry ->
                      entry.getName().endsWith(".class")
                          && entry
                              .getName()
                              .replaceFirst("^META-INF/versions/\\d+/", "")
                              .startsWith(API_FOLDER));
      if (bundled) {
        throw new UnusablePluginException(
            Reason.BUNDLES_API,
            jar.getFileName()
                + " holds classes of io.shoal.api, which the node provides: build it with the API as a"
                + " provided dependency");
      }
    }
  }

  private static Map<String, ModuleReference> modules(PluginArtifact artifact)
      throws UnusablePluginException {
    try {
      return ModuleFinder.of(artifact.jars().toArray(Path[]::new)).findAll().stream()
          // The node's copies of these are shared with all plugins.
          .filter(module -> !GrantedModules.SHARED.contains(module.descriptor().name()))
          .collect(
              Collectors.toUnmodifiableMap(module -> module.descriptor().name(), module -> module));
    } catch (FindException e) {
      throw new UnusablePluginException(
          Reason.UNREADABLE, "its modules cannot be read: " + e.getMessage(), e);
    }
  }

  private static Map<ExtensionKind, List<String>> provided(Map<String, ModuleReference> modules) {
    Map<ExtensionKind, List<String>> provided = new EnumMap<>(ExtensionKind.class);
    for (ModuleReference module : modules.values()) {
      for (ModuleDescriptor.Provides provides : module.descriptor().provides()) {
        Optional<ExtensionKind> kind = ExtensionKind.ofType(provides.service());
        kind.ifPresent(
            k -> provided.computeIfAbsent(k, x -> new ArrayList<>()).addAll(provides.providers()));
      }
    }
    return provided;
  }

  /// Refuses modules that the plugin may not require.
  ///
  /// @param dependencies the plugins that it depends on
  void checkRequires(GrantedModules granted, List<InspectedPlugin> dependencies)
      throws UnusablePluginException {
    Set<String> own = new HashSet<>(modules.keySet());
    dependencies.forEach(plugin -> own.addAll(plugin.modules().keySet()));
    for (ModuleReference module : modules.values()) {
      granted.check(module.descriptor(), own);
    }
  }
}
