package io.shoal.runtime.destination;

import io.shoal.api.Cid;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.store.DownloadJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// The name `NAME.part` beside a target, and the journal's entry that says to which root it
/// belongs: taken before a download knows how large it is, so that the next attempt can go on with
/// it and no other file is overwritten. Confined to one thread.
public final class TargetReservation {
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

  /// Whether an earlier attempt of the same download may have left something.
  public boolean resumes() {
    return resumes;
  }

  /// Whether bytes of an earlier attempt are there.
  public boolean hasPart() {
    return resumes && Files.exists(part, LinkOption.NOFOLLOW_LINKS);
  }

  /// @param stopped whether nothing may be written any more
  /// @throws UserFaultException the files are larger than the user wants
  public DownloadTarget open(TreePlan plan, BooleanSupplier stopped)
      throws IOException, UserFaultException {
    limit.add(plan.sizeBytes());
    Path folder = target.getParent();
    if (folder == null) {
      throw new IOException(target + " is not a file's name");
    }
    PartPlace place = PartPlace.open(folder);
    opened = true;
    return new DownloadTarget(
        plan, target, place, DestinationRoom.of(folder), resumes, limit, stopped);
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
