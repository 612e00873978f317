package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/// Files that are no candidates for plugins and were meant to be: of a wrong name, or in a folder
/// in which no plugin is looked for. Nothing else would say why such a plugin is not used.
final class MisplacedFiles {
  private final String homes;
  private final ModuleLayer layer;

  /// @param homes the folders of plugins, for messages
  /// @param layer of the program, whose own jars lie where they belong
  MisplacedFiles(String homes, ModuleLayer layer) {
    this.homes = homes;
    this.layer = layer;
  }

  /// Those in a folder of plugins.
  static List<FoundPlugin> in(Path folder) throws IOException {
    List<FoundPlugin> found = new ArrayList<>();
    for (Path entry : PluginArtifact.entries(folder)) {
      if (Files.isSymbolicLink(entry) && Files.notExists(entry)) {
        Path target = Files.readSymbolicLink(entry);
        found.add(
            misplaced(
                entry,
                "it is a link to "
                    + target
                    + ", which is not there: put the file itself here, or remove the link"));
      } else if (isPacked(entry) && !PluginArtifact.isCandidate(entry)) {
        String name = String.valueOf(entry.getFileName());
        int dot = name.lastIndexOf('.');
        found.add(
            misplaced(
                entry,
                "only names in .jar or .zip are looked at: rename it to "
                    + name.substring(0, dot)
                    + name.substring(dot).toLowerCase(Locale.ROOT)));
      }
    }
    return found;
  }

  /// Those in a folder in which no plugin is looked for.
  List<FoundPlugin> outside(Path folder) throws IOException {
    List<FoundPlugin> found = new ArrayList<>();
    List<Path> packed =
        PluginArtifact.entries(folder).stream().filter(MisplacedFiles::isPacked).toList();
    Map<String, ModuleDescriptor> started = packed.isEmpty() ? Map.of() : startedJars();
    for (Path entry : packed) {
      if (!isOwn(entry, Optional.ofNullable(started.get(String.valueOf(entry.getFileName()))))) {
        found.add(
            misplaced(
                entry, "no plugin is looked for here: move it to " + homes + ", or remove it"));
      }
    }
    return found;
  }

  private static boolean isPacked(Path entry) {
    String name = String.valueOf(entry.getFileName()).toLowerCase(Locale.ROOT);
    return (name.endsWith(".jar") || name.endsWith(".zip")) && Files.isRegularFile(entry);
  }

  private static FoundPlugin misplaced(Path location, String message) {
    FoundPlugin plugin = FoundPlugin.at(location);
    plugin.fail(new PluginProblem(Reason.MISPLACED, message));
    return plugin;
  }

  /// The jars that Java started the program with, by their names: a start-up cache remembers the
  /// folder in which it was made.
  private Map<String, ModuleDescriptor> startedJars() {
    Map<String, ModuleDescriptor> started = new HashMap<>();
    for (ResolvedModule module : layer.configuration().modules()) {
      module
          .reference()
          .location()
          .filter(uri -> "file".equals(uri.getScheme()))
          .map(uri -> String.valueOf(Path.of(uri).getFileName()))
          .ifPresent(name -> started.put(name, module.reference().descriptor()));
    }
    return started;
  }

  /// Java also starts plugins that it finds among the program's jars, since the program could use
  /// them; and it leaves out what is needed to compile alone.
  private static boolean isOwn(Path entry, Optional<ModuleDescriptor> started) throws IOException {
    if (started.isEmpty()) {
      return isShared(entry);
    }
    boolean provides =
        started.get().provides().stream()
            .anyMatch(provided -> ExtensionKind.ofType(provided.service()).isPresent());
    return !provides && !(started.get().isAutomatic() && hasPluginId(entry));
  }

  private static boolean isShared(Path jar) {
    try {
      return ModuleFinder.of(jar).findAll().stream()
          .anyMatch(module -> GrantedModules.SHARED.contains(module.descriptor().name()));
    } catch (FindException e) {
      return false;
    }
  }

  private static boolean hasPluginId(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      Manifest manifest = jar.getManifest();
      return manifest != null && manifest.getMainAttributes().getValue("Plugin-Id") != null;
    }
  }

  /// Why a zip or a folder is no plugin, with the cure: most are a plugin, packed in some other
  /// way.
  ///
  /// @param location of a zip or a folder without a file of properties at its top
  static String withoutProperties(Path location) throws IOException {
    return PluginArtifact.isZip(location) ? packedWrongly(location) : folderAround(location);
  }

  private static String packedWrongly(Path zip) throws IOException {
    List<String> names;
    try (JarFile file = new JarFile(zip.toFile(), false)) {
      names = file.stream().map(entry -> entry.getName()).toList();
    }
    String name = String.valueOf(zip.getFileName()).replaceFirst("\\.zip$", "");
    if (names.contains(JarFile.MANIFEST_NAME)) {
      return "it is a jar: rename it to " + (name.endsWith(".jar") ? name : name + ".jar");
    }
    Optional<String> jar = names.stream().filter(entry -> entry.matches("[^/]+\\.jar")).findFirst();
    if (jar.isPresent()) {
      return "the plugin may be " + jar.get() + " in it: unpack that here, and remove the zip";
    }
    Optional<String> inside =
        names.stream()
            .filter(entry -> entry.endsWith("/" + PluginArtifact.PROPERTIES))
            .map(entry -> entry.substring(0, entry.lastIndexOf('/')))
            .min((a, b) -> Integer.compare(a.length(), b.length()));
    return inside.isPresent()
        ? "its files are in a folder: unpack the zip, put "
            + inside.get()
            + " here, and remove the zip"
        : "it has no " + PluginArtifact.PROPERTIES + ": it is not a plugin, move it elsewhere";
  }

  private static String folderAround(Path folder) throws IOException {
    Path parent = folder.toAbsolutePath().getParent();
    List<Path> entries = PluginArtifact.entries(folder);
    if (parent != null && Files.exists(parent.resolve(PluginArtifact.PROPERTIES))) {
      return "it has no "
          + PluginArtifact.PROPERTIES
          + ", which is beside it: put both into a folder of their own";
    }
    Optional<Path> inside =
        entries.stream()
            .filter(
                entry -> isPacked(entry) || Files.exists(entry.resolve(PluginArtifact.PROPERTIES)))
            .findFirst();
    return inside.isPresent()
        ? "it has no "
            + PluginArtifact.PROPERTIES
            + ": the plugin may be "
            + inside.get().getFileName()
            + " in it, move that out of it"
        : "it has no " + PluginArtifact.PROPERTIES + ": it is not a plugin, move it elsewhere";
  }
}
