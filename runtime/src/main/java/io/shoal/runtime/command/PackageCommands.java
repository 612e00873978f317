package io.shoal.runtime.command;

import io.shoal.api.ShoalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a user can ask of the plugins of a package: no node needs to run, and one that runs goes on
/// with what it started with.
///
/// Every method checks all that a node would check, and more, before it changes anything; after a
/// failure or an interrupt the plugins are as they were.
public interface PackageCommands {

  /// Installs a plugin that is not installed yet. One that is there with the same bytes is recorded
  /// and stays.
  ///
  /// @throws io.shoal.api.UserFaultException it may not or cannot be used, another version of it is
  ///   installed, or it cannot be had
  InstalledPlugin install(InstallRequest request)
      throws ShoalException, IOException, InterruptedException;

  /// Replaces a plugin by another version of it, which may not be older.
  ///
  /// @throws io.shoal.api.UserFaultException none is installed, or as [#install]
  InstalledPlugin update(InstallRequest request)
      throws ShoalException, IOException, InterruptedException;

  /// Removes a plugin. Its data stays.
  ///
  /// @throws NotFoundException none of that id is installed
  /// @throws io.shoal.api.UserFaultException it is active, or another plugin depends on it
  InstalledPlugin remove(String id) throws ShoalException, IOException;

  /// Makes an installed plugin active, in a configuration file in which everything else stays as it
  /// is. A node that runs does not notice.
  ///
  /// @param configuration the file
  /// @param instead whether it may take the place of the active one, of a kind of which one is used
  /// @throws NotFoundException it is not installed
  /// @throws io.shoal.api.UserFaultException it cannot be used, another one is in its place, or the
  ///   file has to be changed by hand
  Activated enable(String id, Path configuration, boolean instead)
      throws ShoalException, IOException;

  /// Makes a plugin inactive, as [#enable] makes it active.
  ///
  /// @throws io.shoal.api.UserFaultException a node needs it
  Activated disable(String id, Path configuration) throws ShoalException, IOException;

  /// The plugins that came with the package and are not installed.
  List<InstalledPlugin> available() throws ShoalException, IOException;

  /// Records the plugins that the package comes with, in use and in extras: done once, when it is
  /// packed.
  void record() throws ShoalException, IOException;

  /// The file in which it is recorded which plugins of a package were installed.
  ///
  /// @param packageFolder into which it was unpacked
  static Path lock(Path packageFolder) {
    return packageFolder.resolve("conf").resolve("plugins.lock");
  }

  /// What became of a configuration.
  ///
  /// @param keys that were changed; none if all was so already
  record Activated(String id, List<String> keys, String file) {
    public Activated {
      keys = List.copyOf(keys);
    }
  }

  /// A plugin to install.
  ///
  /// @param source the id of one that came with the package, a path, or an `https` address
  /// @param folder in which the user is, for a relative path
  /// @param sha256 the digest that it must have, in hex, if the user knows it
  record InstallRequest(String source, Path folder, Optional<String> sha256) {}

  /// A plugin that was installed, updated or removed, or that could be installed.
  ///
  /// @param kinds of its extensions: `storage`, `transport` …; empty if it cannot be read
  /// @param sha256 of its file or folder, hex in lower case; empty if it was not asked for
  /// @param location its file or folder
  /// @param publisher `package` if it came with the program, the key of the publisher who signed it
  ///   as the configuration has it, or `-`
  /// @param replaced the version that it took the place of
  record InstalledPlugin(
      String id,
      String version,
      List<String> kinds,
      String sha256,
      String location,
      String publisher,
      Optional<String> replaced) {
    public InstalledPlugin {
      kinds = List.copyOf(kinds);
    }
  }
}
