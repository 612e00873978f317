package io.shoal.runtime.importer;

import io.shoal.api.InvalidInputException;
import io.shoal.api.Quoted;
import io.shoal.runtime.dag.DagLimits;
import io.shoal.runtime.file.NameRules;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// What a folder of the user's has for an import.
///
/// @param entries files and folders, in the order of their paths
/// @param skipped what is left out, each with the reason
record SourceFolder(List<Entry> entries, List<String> skipped) {

  /// @param name passed the name check
  record Entry(Path path, String name, BasicFileAttributes attributes) {}

  /// @throws InvalidInputException a name cannot be published, or there are too many
  static SourceFolder read(Path folder, NodeSecrets secrets)
      throws IOException, InvalidInputException {
    List<Entry> entries = new ArrayList<>();
    List<String> skipped = new ArrayList<>(0);
    for (Path path : children(folder)) {
      BasicFileAttributes attributes = attributes(path);
      if (!attributes.isDirectory() && !attributes.isRegularFile()) {
        skipped.add(Quoted.of(path.toString()) + ": " + kind(attributes));
      } else if (attributes.isDirectory() && secrets.isNodeFolder(path)) {
        skipped.add(Quoted.of(path.toString()) + ": the data folder of a node, where its keys are");
      } else {
        String name = String.valueOf(path.getFileName());
        // A name in another encoding than the system's would come back as a different one.
        Optional<String> fault =
            folder.resolve(name).equals(path)
                ? NameRules.fault(name)
                : Optional.of("it is not in the system's encoding, UTF-8");
        if (fault.isPresent()) {
          throw refusedName(path, fault.get(), "rename it or leave it out");
        }
        entries.add(new Entry(path, name, attributes));
      }
    }
    return new SourceFolder(entries, skipped);
  }

  static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  static String kind(BasicFileAttributes attributes) {
    return attributes.isSymbolicLink() ? "a symbolic link" : "neither a file nor a folder";
  }

  static InvalidInputException refusedName(Path path, String fault, String cure) {
    return new InvalidInputException(
        "%s: its name cannot be published: %s; %s"
            .formatted(Quoted.of(path.toString()), fault, cure));
  }

  private static List<Path> children(Path folder) throws IOException, InvalidInputException {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path path : stream) {
        if (children.size() == DagLimits.MAX_ENTRIES) {
          throw new InvalidInputException(
              "%s has more than %,d entries: add parts of it"
                  .formatted(folder, DagLimits.MAX_ENTRIES));
        }
        children.add(path);
      }
    }
    Collections.sort(children);
    return children;
  }
}
