package io.shoal.runtime.file;

import java.io.IOException;
import java.nio.file.Path;

/// Paths of users without `.` and `..`.
public final class SystemPath {

  private SystemPath() {}

  /// The path, absolute, with `..` as the system takes it: the folder above the one that a link
  /// leads to, not the one that has the link. Other links stay. A path whose `..` leads nowhere is
  /// only made absolute: using it shows that.
  public static Path of(Path path) {
    Path absolute = path.toAbsolutePath();
    Path at = absolute.getRoot();
    try {
      for (Path name : absolute) {
        if (name.toString().equals("..")) {
          Path real = at.toRealPath();
          at = real.getParent() == null ? real : real.getParent();
        } else if (!name.toString().equals(".")) {
          at = at.resolve(name);
        }
      }
    } catch (IOException e) {
      return absolute;
    }
    return at;
  }
}
