package io.shoal.runtime.importer;

import io.shoal.api.InvalidInputException;
import io.shoal.runtime.dag.DagLimits;
import java.nio.file.Path;

/// Counts what goes into one root, against the bounds that every node has when it fetches it.
/// Confined to one thread.
final class ImportBounds {
  private int entries;
  private long leaves;
  private long pathChars;

  /// A file or folder begins.
  ///
  /// @param inside its path within the root
  void entry(Path path, String inside, int depth) throws InvalidInputException {
    pathChars += inside.length();
    if (depth > DagLimits.MAX_DEPTH) {
      throw tooDeep(path);
    }
    if (++entries > DagLimits.MAX_ENTRIES
        || inside.length() > DagLimits.MAX_PATH_CHARS
        || pathChars > DagLimits.MAX_ALL_PATHS_CHARS) {
      throw new InvalidInputException(
          "%s: too many entries (%,d at most) or too long paths for one root: add parts of it"
              .formatted(path, DagLimits.MAX_ENTRIES));
    }
  }

  static InvalidInputException tooDeep(Path path) {
    return new InvalidInputException(
        path + " is nested too deeply: at most " + DagLimits.MAX_DEPTH + " levels");
  }

  /// A file has so many more leaves.
  void leaves(Path path, long more) throws InvalidInputException {
    leaves += more;
    if (leaves > DagLimits.MAX_LEAVES) {
      throw new InvalidInputException(
          "%s: more than %,d leaves in one root: use larger leaves or add parts of it"
              .formatted(path, DagLimits.MAX_LEAVES));
    }
  }
}
