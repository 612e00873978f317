package io.shoal.runtime.plugin.install;

import io.shoal.runtime.command.PackageCommands.InstalledPlugin;
import io.shoal.runtime.plugin.inspection.PluginLock;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A plugin that was brought into the staging folder and has its name there.
///
/// @param kinds of its extensions
/// @param source where it was, if it came from a file
record Candidate(
    String id,
    String version,
    List<String> kinds,
    Path staged,
    String sha256,
    String publisher,
    Optional<Path> source) {
  PluginLock.Entry entry(String file) {
    return new PluginLock.Entry(id, version, sha256, file, publisher);
  }

  InstalledPlugin installed(Path location, Optional<String> replaced) {
    return new InstalledPlugin(
        id, version, kinds, sha256, location.toString(), publisher, replaced);
  }
}
