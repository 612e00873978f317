package io.shoal.distribution.command.input;

import io.shoal.api.InvalidInputException;
import io.shoal.api.Quoted;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// A path as a user types it.
public final class TypedPath {

  private TypedPath() {}

  /// Reads a path. An empty one would be the current folder; it comes from a variable that is not
  /// set. A slash at the end means a folder, also where none is yet: it stays as `/.`, which any
  /// system reads so.
  ///
  /// @param folder the user's current one
  public static Path of(String text, Path folder) throws InvalidInputException {
    if (text.isEmpty()) {
      throw new InvalidInputException("a path is empty: check the variable that it comes from");
    }
    try {
      Path path = Path.of(text);
      if (!text.endsWith("/")) {
        return path;
      }
      if (Files.isRegularFile(folder.resolve(path))) {
        throw new InvalidInputException(text + " is a file: leave out the slash at its end");
      }
      return path.resolve(".");
    } catch (InvalidPathException e) {
      throw new InvalidInputException(
          "'%s' is no path (%s)".formatted(Quoted.of(text), e.getReason()), e);
    }
  }
}
