package io.shoal.distribution.command;

import io.shoal.distribution.console.Console;
import io.shoal.distribution.launch.PackageFolder;
import java.nio.file.Path;

/// The surroundings of a command.
///
/// @param console where its output goes
/// @param nodes gives it its node
/// @param folder the user's current folder, absolute
public record Environment(Console console, Nodes nodes, Path folder) {

  /// A path as the user gives it, absolute.
  Path path(Path given) {
    return PackageFolder.resolve(folder, given);
  }
}
