package io.shoal.runtime.plugin.install;

import io.shoal.runtime.command.PackageCommands;
import java.nio.file.Path;

/// Where a package has its plugins.
///
/// @param plugins the folder in which nodes look for them
/// @param extras the folder with those that came with the package and are not installed
/// @param lock the file that records what was installed
/// @param extrasLock the file that records what came in `extras`
public record PackagePlugins(Path plugins, Path extras, Path lock, Path extrasLock) {

  /// The plugins of a package that was unpacked.
  ///
  /// @param folder of the package
  public static PackagePlugins in(Path folder) {
    return new PackagePlugins(
        folder.resolve("plugins"),
        folder.resolve("extras"),
        PackageCommands.lock(folder),
        folder.resolve("conf").resolve("extras.lock"));
  }
}
