package io.shoal.storage.filesystem.adopted;

import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.journal.JournalRecord;
import io.shoal.storage.filesystem.journal.ReferenceJournal;
import io.shoal.storage.filesystem.journal.UnforcedReferences;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Brings the changes in [ClaimTable] to disk: bytes first, claims after. Used by one thread at a
/// time.
final class ReferenceLog implements AutoCloseable {
  private final Disk disk;
  private final ForceThreads threads;
  private final ClaimTable table;
  private final ReferenceJournal journal;
  private final UnforcedReferences unforced;

  /// How many of the changes that the journal has to learn are noted already.
  private int noted;

  /// Folders in which files got another name since the last sync.
  private final Set<Path> changedFolders = new HashSet<>();

  ReferenceLog(
      Disk disk,
      ForceThreads threads,
      ClaimTable table,
      ReferenceJournal journal,
      UnforcedReferences unforced) {
    this.disk = disk;
    this.threads = threads;
    this.table = table;
    this.journal = journal;
    this.unforced = unforced;
  }

  void load() throws IOException {
    journal.load(table::replay);
    UnforcedReplay replay = new UnforcedReplay(table);
    unforced.load(replay::take);
  }

  /// Makes durable that a file is about to get another name. A file that the journal does not know
  /// yet needs no such record: after a crash there is no claim that could name the wrong path.
  void intend(AdoptedFile file, Path target) throws IOException {
    if (!file.journaled) {
      return;
    }
    if (journal.mustBeWrittenAnew()) {
      journal.writeAnew(new JournalSnapshot(table));
    }
    journal.append(List.of(new JournalRecord.Moving(file.number, target)));
  }

  void renamed(Path from, Path to) {
    changedFolders.add(parent(from));
    changedFolders.add(parent(to));
  }

  /// Writes down, without waiting for the disk, the changes that another process of this run of the
  /// system may go on with.
  void note() throws IOException {
    if (!unforced.canKeep()) {
      return;
    }
    if (!unforced.isOpen()) {
      noted = 0;
    }
    List<PendingChange> pending = table.pending(noted);
    if (!pending.isEmpty()) {
      List<JournalRecord> records = new ArrayList<>();
      pending.forEach(one -> record(one, true).ifPresent(records::add));
      unforced.add(records.iterator());
      noted += pending.size();
    }
  }

  /// Makes everything durable that came before.
  void sync() throws IOException {
    unforced.clear();
    noted = 0;
    List<PendingChange> pending = table.takePending();
    Set<AdoptedFile> files = new LinkedHashSet<>();
    Set<Path> folders = new LinkedHashSet<>(changedFolders);
    changedFolders.clear();
    for (PendingChange one : pending) {
      if (mustBeForced(one)) {
        files.add(one.file());
        folders.add(parent(one.file().path()));
      }
    }
    Set<AdoptedFile> missing = ConcurrentHashMap.newKeySet();
    Map<AdoptedFile, IOException> failed = threads.forceAll(files, file -> force(file, missing));
    // A second force would succeed without having written anything: what these files hold is not
    // known.
    failed.keySet().forEach(table::drop);
    missing.forEach(table::drop);
    Map<Path, IOException> failedFolders = threads.forceAll(folders, this::forceFolder);
    for (AdoptedFile file : files) {
      if (failedFolders.containsKey(parent(file.path()))) {
        table.drop(file);
      }
    }
    write(pending);
    ForceThreads.throwFirst(failed);
    ForceThreads.throwFirst(failedFolders);
  }

  /// Claims need the file's bytes, and the description of a settled file its size and times.
  private static boolean mustBeForced(PendingChange pending) {
    AdoptedFile file = pending.file();
    return !gone(file)
        && switch (pending) {
          case PendingChange.Claims _ -> true;
          case PendingChange.Description _ -> !file.expected.ref().growing();
          case PendingChange.Unclaim _, PendingChange.Drop _, PendingChange.Forget _ -> false;
        };
  }

  private static boolean gone(AdoptedFile file) {
    return file.dropped || file.forgotten;
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  private void force(AdoptedFile file, Set<AdoptedFile> missing) throws IOException {
    try {
      disk.forceFile(file.path());
    } catch (NoSuchFileException e) {
      missing.add(file);
    }
  }

  private void forceFolder(Path folder) throws IOException {
    try {
      disk.forceFolder(folder);
    } catch (NoSuchFileException e) {
      // It was removed with all that was in it: there is nothing left to be made durable.
    }
  }

  private void write(List<PendingChange> pending) throws IOException {
    List<JournalRecord> records = new ArrayList<>();
    List<AdoptedFile> forgotten = new ArrayList<>();
    for (PendingChange one : pending) {
      record(one, one.file().journaled).ifPresent(records::add);
      if (one instanceof PendingChange.Description && !one.file().forgotten) {
        one.file().journaled = true;
      }
      if (one instanceof PendingChange.Forget) {
        forgotten.add(one.file());
      }
    }
    if (!records.isEmpty() || journal.damaged()) {
      if (!journal.mustBeWrittenAnew()) {
        journal.append(records);
      }
      if (journal.mustBeWrittenAnew() || journal.mostlyOutdated(table.journalBytes())) {
        journal.writeAnew(new JournalSnapshot(table));
      }
    }
    forgotten.forEach(table::free);
  }

  /// The record of a change, if one is still needed.
  ///
  /// @param known whether a reader knows the file from another record
  private static Optional<JournalRecord> record(PendingChange pending, boolean known) {
    AdoptedFile file = pending.file();
    boolean there = !gone(file);
    return switch (pending) {
      case PendingChange.Description _ ->
          when(!file.forgotten, () -> new JournalRecord.Described(file.number, file.expected));
      case PendingChange.Claims claims ->
          when(there, () -> new JournalRecord.Claimed(file.number, claims.segments()));
      case PendingChange.Unclaim claim ->
          when(
              there,
              () -> new JournalRecord.Unclaimed(file.number, claim.offsetBytes(), claim.cid()));
      case PendingChange.Drop _ ->
          when(!file.forgotten, () -> new JournalRecord.Dropped(file.number));
      case PendingChange.Forget _ -> when(known, () -> new JournalRecord.Forgotten(file.number));
    };
  }

  private static Optional<JournalRecord> when(boolean holds, Supplier<JournalRecord> record) {
    return holds ? Optional.of(record.get()) : Optional.empty();
  }

  /// Leaves to the next process what was not made durable.
  @Override
  public void close() throws IOException {
    try (journal;
        unforced) {
      if (unforced.canKeep()) {
        note();
      } else {
        sync();
      }
    }
  }
}
