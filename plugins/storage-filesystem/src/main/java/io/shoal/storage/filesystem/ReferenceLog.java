package io.shoal.storage.filesystem;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Brings what [ClaimTable] knows to disk: bytes first, claims after. Used by one thread at a time.
final class ReferenceLog implements AutoCloseable {
  private final Disk disk;
  private final ForceThreads threads;
  private final ClaimTable table;
  private final ReferenceJournal journal;
  private final UnforcedReferences unforced;

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

  /// Makes everything durable that came before.
  void sync() throws IOException {
    unforced.clear();
    List<ClaimTable.Pending> pending = table.takePending();
    Set<AdoptedFile> files = new LinkedHashSet<>();
    Set<Path> folders = new LinkedHashSet<>(changedFolders);
    changedFolders.clear();
    for (ClaimTable.Pending one : pending) {
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

  /// Claims stand on the file's bytes, and the description of a settled file on its size and times.
  private static boolean mustBeForced(ClaimTable.Pending pending) {
    AdoptedFile file = pending.file();
    return !gone(file)
        && switch (pending) {
          case ClaimTable.PendingClaims _ -> true;
          case ClaimTable.PendingDescription _ -> !file.expected.ref().growing();
          case ClaimTable.PendingUnclaim _, ClaimTable.PendingDrop _, ClaimTable.PendingForget _ ->
              false;
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
      // Somebody removed it with all that was in it: there is nothing left to be made durable.
    }
  }

  private void write(List<ClaimTable.Pending> pending) throws IOException {
    List<AdoptedFile> forgotten = new ArrayList<>();
    List<JournalRecord> records = describe(pending, forgotten);
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

  private static List<JournalRecord> describe(
      List<ClaimTable.Pending> pending, List<AdoptedFile> forgotten) {
    List<JournalRecord> records = new ArrayList<>();
    for (ClaimTable.Pending one : pending) {
      describe(one, records, forgotten);
    }
    return records;
  }

  private static void describe(
      ClaimTable.Pending pending, List<JournalRecord> records, List<AdoptedFile> forgotten) {
    AdoptedFile file = pending.file();
    switch (pending) {
      case ClaimTable.PendingDescription _ -> {
        if (!file.forgotten) {
          file.journaled = true;
          records.add(new JournalRecord.Described(file.number, file.expected));
        }
      }
      case ClaimTable.PendingClaims claims -> {
        if (!gone(file)) {
          records.add(new JournalRecord.Claimed(file.number, claims.segments()));
        }
      }
      case ClaimTable.PendingUnclaim claim -> {
        if (!gone(file)) {
          records.add(new JournalRecord.Unclaimed(file.number, claim.offsetBytes(), claim.cid()));
        }
      }
      case ClaimTable.PendingDrop _ -> {
        if (!file.forgotten) {
          records.add(new JournalRecord.Dropped(file.number));
        }
      }
      case ClaimTable.PendingForget _ -> {
        forgotten.add(file);
        if (file.journaled) {
          records.add(new JournalRecord.Forgotten(file.number));
        }
      }
    }
  }

  /// Leaves to the next process what was not made durable.
  @Override
  public void close() throws IOException {
    try {
      if (unforced.canKeep()) {
        List<ClaimTable.Pending> pending = table.takePending();
        if (!pending.isEmpty()) {
          unforced.keep(describe(pending, new ArrayList<>()).iterator());
        }
      } else {
        sync();
      }
    } finally {
      journal.close();
    }
  }
}
