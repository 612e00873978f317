package io.shoal.runtime.importer;

import io.shoal.api.InvalidInputException;
import io.shoal.api.Quoted;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.file.NameRules;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/// Looks at all names, rights and sizes of an import before the first byte is read: what will be
/// refused is refused at once, not after the large files beside it. Used once, by one thread.
final class ImportSurvey {
  private final ImportOptions options;
  private final NodeSecrets secrets;
  private final ImportBounds bounds = new ImportBounds();
  private long unportable;
  private Optional<String> firstUnportable = Optional.empty();

  ImportSurvey(ImportOptions options, NodeSecrets secrets) {
    this.options = options;
    this.secrets = secrets;
  }

  /// How many names some systems cannot hold.
  long unportable() {
    return unportable;
  }

  /// The first of them, with the reason.
  Optional<String> firstUnportable() {
    return firstUnportable;
  }

  /// @param name the root's, which passed the name check
  /// @throws InvalidInputException something in it cannot be published
  void root(Path path, String name, BasicFileAttributes attributes)
      throws IOException, InvalidInputException {
    name(path, NameRules.portabilityFault(name), "give another with --name");
    if (entry(path, attributes, "", 0) > DagLimits.MAX_DEPTH) {
      throw ImportBounds.tooDeep(path);
    }
  }

  /// @return the height of its DAG, but for the shards of large folders
  private int entry(Path path, BasicFileAttributes attributes, String inside, int depth)
      throws IOException, InvalidInputException {
    bounds.entry(path, inside, depth);
    if (!attributes.isDirectory()) {
      if (!Files.isReadable(path)) {
        throw new AccessDeniedException(path.toString());
      }
      int leafBytes = options.profile().leafSizeBytes();
      long leaves = Math.max(1, Math.ceilDiv(attributes.size(), leafBytes));
      bounds.leaves(path, leaves);
      return height(leaves);
    }
    int height = 0;
    NameRules.Siblings siblings = new NameRules.Siblings();
    for (SourceFolder.Entry entry : SourceFolder.read(path, secrets).entries()) {
      Optional<String> twin = siblings.add(entry.name());
      name(
          entry.path(),
          NameRules.portabilityFault(entry.name()).or(() -> twin.map(ImportSurvey::takenFor)),
          "rename it or leave it out");
      String below = inside.isEmpty() ? entry.name() : inside + "/" + entry.name();
      height = Math.max(height, 1 + entry(entry.path(), entry.attributes(), below, depth + 1));
    }
    return height;
  }

  private int height(long leaves) {
    int height = 0;
    for (long top = leaves; top > 1; top = Math.ceilDiv(top, options.profile().width())) {
      height++;
    }
    return options.preserve() ? Math.max(1, height) : height;
  }

  private static String takenFor(String other) {
    return "some systems take it for '" + Quoted.of(other) + "' beside it";
  }

  private void name(Path path, Optional<String> fault, String cure) throws InvalidInputException {
    if (fault.isEmpty()) {
      return;
    }
    if (options.portable()) {
      throw SourceFolder.refusedName(path, fault.get(), cure + ", or leave out --portable");
    }
    unportable++;
    if (firstUnportable.isEmpty()) {
      firstUnportable = Optional.of(Quoted.of(path.toString()) + ": " + fault.get());
    }
  }
}
