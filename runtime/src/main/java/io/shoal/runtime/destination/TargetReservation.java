package io.shoal.runtime.destination;

import io.shoal.api.Cid;
import io.shoal.api.Quoted;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.store.DownloadJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// The name `NAME.part` beside a target, and the journal's entry that says to which root it
/// belongs: taken before a download knows how large it is, so that the next attempt can go on with
/// it and no other file is overwritten. Confined to one thread.
public final class TargetReservation {
  /// What Linux opens (PATH_MAX without the zero at its end); others open less and say so.
  private static final int MAX_PATH_BYTES = 4_095;

  /// Of UTF-8.
  private static final int MAX_BYTES_PER_CHAR = 3;

  /// Ends the name of a file that is made and removed at once, to see whether its folder takes it.
  private static final String TRIAL = ".trial";

  private final DownloadJournal journal;
  private final Cid root;
  private final Path target;
  private final Path part;
  private final SizeLimit limit;
  private boolean taken;
  private boolean resumes;
  private boolean opened;

  /// @param limit of the download's files
  public TargetReservation(DownloadJournal journal, Cid root, Path target, SizeLimit limit) {
    this.limit = limit;
    this.journal = journal;
    this.root = root;
    this.target = target;
    this.part = DownloadJournal.partOf(target);
  }

  /// Takes the name, and deletes the part that a download of another root left there.
  ///
  /// @param replace whether the target may exist
  /// @throws UserFaultException it may not be written there
  public void take(boolean replace) throws IOException, UserFaultException {
    Replacement.requireFree(target, replace);
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UserFaultException(
          (folder == null ? target : folder)
              + " is not a folder: create it or choose another place with -o");
    }
    if (!Files.isWritable(folder)) {
      throw new UserFaultException(
          "no right to write to " + folder + ": choose another place with -o");
    }
    String name = String.valueOf(target.getFileName());
    if (!holds(folder, name)) {
      throw new UserFaultException(
          "%s cannot hold a file of the name '%s': choose another with -o"
              .formatted(folder, Quoted.of(name)));
    }
    Optional<DownloadJournal.Begun> before = journal.at(target);
    resumes = before.filter(begun -> begun.root().equals(root)).isPresent();
    boolean there = Files.exists(part, LinkOption.NOFOLLOW_LINKS);
    if (there && before.isEmpty()) {
      throw new UserFaultException(
          part
              + " is in the way and was not made here: move it away or choose another place with"
              + " -o");
    }
    if (there && !resumes) {
      DownloadTarget.deleteTree(part);
    }
    journal.begin(new DownloadJournal.Begun(root, target));
    taken = true;
  }

  /// Whether a folder can hold a file of a name. One that every system holds is not tried.
  public static boolean holds(Path folder, String name) {
    try {
      return NameRules.isPlain(name)
          || folder.equals(folder.resolve(name).getParent())
              && (Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)
                  || takes(folder, NameRules.withSuffix(name, TRIAL))
                  || !takes(folder, TRIAL));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean takes(Path folder, String name) {
    Path trial = folder.resolve(name);
    try {
      Files.createFile(trial);
      Files.delete(trial);
      return true;
    } catch (FileAlreadyExistsException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Whether an earlier attempt of the same download may have left something.
  public boolean resumes() {
    return resumes;
  }

  /// Whether bytes of an earlier attempt are there.
  public boolean hasPart() {
    return resumes && Files.exists(part, LinkOption.NOFOLLOW_LINKS);
  }

  /// Opens the place, and tries there which names it can hold.
  ///
  /// @param stopped whether nothing may be written any more
  /// @throws UserFaultException the files are larger than the user wants, or their paths too long
  /// @throws InterruptedException the download was stopped
  public DownloadTarget open(TreePlan plan, BooleanSupplier stopped)
      throws IOException, ShoalException, InterruptedException {
    limit.add(plan.sizeBytes());
    requireShortPaths(plan);
    Path folder = target.getParent();
    if (folder == null) {
      throw new IOException(target + " is not a file's name");
    }
    PartPlace place = PartPlace.open(folder);
    opened = true;
    boolean fine = false;
    try {
      DestinationRoom room = DestinationRoom.of(folder);
      DownloadTarget open =
          new DownloadTarget(
              plan,
              new NameTrial(plan, part, place, resumes, stopped).run(),
              target,
              place,
              room,
              resumes,
              limit,
              stopped);
      fine = true;
      return open;
    } finally {
      if (!fine) {
        place.close();
      }
    }
  }

  /// Found before anything is written: a part with such a path could not even be removed.
  private void requireShortPaths(TreePlan plan) throws UserFaultException {
    int above = utf8Bytes(part.toString()) + 1;
    for (TreePlan.PlannedFolder folder : plan.folders()) {
      requireShortPath(above, folder.path());
    }
    for (TreePlan.PlannedFile file : plan.files()) {
      requireShortPath(above, file.path());
    }
  }

  private void requireShortPath(int above, String path) throws UserFaultException {
    // Hardly any path is so long that its bytes must be counted.
    if (above + path.length() * MAX_BYTES_PER_CHAR > MAX_PATH_BYTES
        && above + utf8Bytes(path) > MAX_PATH_BYTES) {
      throw new UserFaultException(
          "%s has paths that are too long to write to %s: with this folder one has %,d bytes, and systems open %,d; choose a shorter place with -o, or get one of its folders"
              .formatted(root, target, above + utf8Bytes(path), MAX_PATH_BYTES));
    }
  }

  private static int utf8Bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /// The part has become the target.
  public void end() {
    journal.end(target);
  }

  /// Deletes the part and the entry.
  public void abandon() throws IOException {
    if (opened) {
      DownloadTarget.deleteTree(part);
    }
    journal.end(target);
  }

  /// Leaves nothing behind of a first attempt; what an earlier one left stays.
  public void abandonIfNew() throws IOException {
    if (taken && !resumes) {
      abandon();
    }
  }
}
