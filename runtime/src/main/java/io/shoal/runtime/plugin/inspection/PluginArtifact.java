package io.shoal.runtime.plugin.inspection;

import io.shoal.runtime.plugin.inspection.PluginProblem.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The files of a plugin on disk: a single jar, or a folder (perhaps out of a zip) of
/// `plugin.properties` and `lib/*.jar`.
///
/// @param location the jar, zip or folder that the user put there
/// @param root the jar or folder to load from: the node's own copy of a zip, and of every plugin
///   where only approved ones may be loaded
/// @param jars the jars with its classes
public record PluginArtifact(Path location, Path root, List<Path> jars) {

  /// The most entries of a folder of plugins that are looked at, so that a wrong folder ends with a
  /// message.
  static final int MAX_ENTRIES_PER_FOLDER = 1_000;

  /// The file that makes a folder a plugin.
  static final String PROPERTIES = "plugin.properties";

  private static final String LIB = "lib/";

  /// The entries of a folder that may be plugins: jars, zips and folders, hidden ones left out, by
  /// name. A folder that is not there holds none.
  static List<Path> candidates(Path folder) throws IOException {
    return entries(folder).stream().filter(PluginArtifact::isCandidate).toList();
  }

  static boolean isCandidate(Path entry) {
    return isJar(entry) || isZip(entry) || Files.isDirectory(entry);
  }

  /// The entries of a folder, hidden ones left out, by name.
  static List<Path> entries(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .limit(MAX_ENTRIES_PER_FOLDER)
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .sorted(Comparator.comparing(entry -> entry.getFileName().toString()))
          .toList();
    }
  }

  /// Takes one as it is where the user put it.
  static PluginArtifact inPlace(Path location) throws UnusablePluginException, IOException {
    return at(location, location);
  }

  /// @param root a jar or a folder of its files
  static PluginArtifact at(Path location, Path root) throws UnusablePluginException, IOException {
    if (isJar(root)) {
      return new PluginArtifact(location, root, List.of(root));
    }
    if (!Files.isRegularFile(root.resolve(PROPERTIES))) {
      throw new UnusablePluginException(
          Reason.UNREADABLE, MisplacedFiles.withoutProperties(location));
    }
    Path lib = root.resolve(LIB);
    List<Path> jars = new ArrayList<>();
    if (Files.isDirectory(lib)) {
      try (Stream<Path> files = Files.list(lib)) {
        files.filter(PluginArtifact::isJar).sorted().forEach(jars::add);
      }
    }
    if (jars.isEmpty()) {
      throw new UnusablePluginException(
          Reason.UNREADABLE, "it has no jar in lib/: get it again, or move it elsewhere");
    }
    return new PluginArtifact(location, root, List.copyOf(jars));
  }

  private static boolean isJar(Path path) {
    return path.getFileName().toString().endsWith(".jar") && Files.isRegularFile(path);
  }

  static boolean isZip(Path path) {
    return path.getFileName().toString().endsWith(".zip") && Files.isRegularFile(path);
  }
}
