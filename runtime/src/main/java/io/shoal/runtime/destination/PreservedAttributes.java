package io.shoal.runtime.destination;

import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixFsAttributes;
import io.shoal.runtime.file.FileRights;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.file.PrivateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives the files and folders of a download the rights and times that their DAG has: rights within
/// the user's umask, and never so few that this node could not read them. Where a medium has
/// neither, nothing happens.
final class PreservedAttributes {
  private static final Logger LOG = LoggerFactory.getLogger(PreservedAttributes.class);

  private static final int FILE_MINIMUM = 0400;
  private static final int FOLDER_MINIMUM = 0700;

  private final TreePlan plan;
  private final Path part;
  private final PartPlace place;

  PreservedAttributes(TreePlan plan, Path part, PartPlace place) {
    this.plan = plan;
    this.part = part;
    this.place = place;
  }

  void set() throws IOException {
    if (!plan.hasAttributes()) {
      return;
    }
    boolean rights = PrivateFile.supportsPermissions(part) && hasRights();
    int allowed = rights ? rightsOfNew() : 0;
    for (TreePlan.PlannedFile file : plan.files()) {
      set(file.path(), file.attributes(), rights, allowed, FILE_MINIMUM);
    }
    // What is in a folder first: making it changes the folder's time, and needs its rights.
    for (TreePlan.PlannedFolder folder : plan.folders().reversed()) {
      set(folder.path(), folder.attributes(), rights, allowed, FOLDER_MINIMUM);
    }
  }

  private boolean hasRights() {
    return Stream.concat(
            plan.folders().stream().map(TreePlan.PlannedFolder::attributes),
            plan.files().stream().map(TreePlan.PlannedFile::attributes))
        .anyMatch(each -> each.mode().isPresent());
  }

  private void set(String path, UnixFsAttributes given, boolean rights, int allowed, int minimum) {
    if (given.isEmpty()) {
      return;
    }
    Optional<Set<PosixFilePermission>> wanted =
        rights && given.mode().isPresent()
            ? Optional.of(FileRights.of(given.mode().getAsInt() & allowed | minimum))
            : Optional.empty();
    try {
      place.set(
          path.isEmpty() ? part : part.resolve(path), wanted, given.modified().map(FileTime::from));
    } catch (IOException e) {
      LOG.debug("rights or time of {} could not be set", path, e);
    }
  }

  /// What the user's umask leaves of all rights: a new file shows it.
  private int rightsOfNew() throws IOException {
    Path trial =
        part.resolveSibling(NameRules.withSuffix(String.valueOf(part.getFileName()), ".rights"));
    place.makeFileForAll(trial);
    try {
      return FileRights.bits(trial);
    } finally {
      place.deleteFile(trial);
    }
  }
}
