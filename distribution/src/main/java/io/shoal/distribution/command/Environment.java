package io.shoal.distribution.command;

import io.shoal.distribution.console.Console;
import io.shoal.distribution.launch.PackageFolder;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/// The surroundings of a command.
///
/// @param console where its output goes
/// @param nodes gives it its node
/// @param folder the user's current folder, absolute
/// @param interrupted whether the user asked for its end: then that is why it failed, wherever the
///   interrupt hit it
public record Environment(Console console, Nodes nodes, Path folder, BooleanSupplier interrupted) {

  /// Those of a command that no user interrupts.
  public Environment(Console console, Nodes nodes, Path folder) {
    this(console, nodes, folder, () -> false);
  }

  /// A path as the user gives it, absolute.
  public Path path(Path given) {
    return PackageFolder.resolve(folder, given);
  }
}
