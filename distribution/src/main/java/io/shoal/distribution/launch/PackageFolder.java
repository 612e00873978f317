package io.shoal.distribution.launch;

import java.nio.file.Path;
import java.util.Optional;

/// The folders around the program, as the launcher passes them on; it makes the package the current
/// folder.
public final class PackageFolder {

  private PackageFolder() {}

  /// The folder that the program was unpacked into; empty when it is started without the launcher.
  public static Optional<Path> find() {
    return Optional.ofNullable(System.getProperty("shoal.package")).map(Path::of);
  }

  /// A path as a user gives it, absolute. `..` stays in it: behind a link the system alone knows
  /// where it leads.
  ///
  /// @param folder where the user is
  public static Path resolve(Path folder, Path given) {
    Path whole = folder.resolve(given);
    for (Path name : whole) {
      if (name.toString().equals("..")) {
        return whole;
      }
    }
    return whole.normalize();
  }

  /// The folder that the user is in, absolute.
  public static Path current() {
    return Path.of(System.getProperty("shoal.folder", "")).toAbsolutePath();
  }
}
