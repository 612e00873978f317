package io.shoal.storage.filesystem.adopted;

import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.disk.NotOpenedException;
import io.shoal.storage.filesystem.journal.JournalRecord;
import io.shoal.storage.filesystem.journal.ReferenceJournal;
import io.shoal.storage.filesystem.journal.UnforcedReferences;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

  /// @return where files were about to be moved when the earlier process ended
  Map<AdoptedFile, List<Path>> load() throws IOException {
    JournalReplay durable = new JournalReplay(table);
    journal.load(durable::take);
    UnforcedReplay replay = new UnforcedReplay(table);
    unforced.load(replay::take);
    return durable.moving();
  }

  /// Makes durable that a file is about to get another name. A file that the journal does not know
  /// yet needs no such record: after a crash there is no claim that could name the wrong path.
  void intend(AdoptedFile file, Path target) throws IOException {
    if (!table.isJournaled(file)) {
      return;
    }
    if (journal.mustBeWrittenAnew()) {
      journal.writeAnew(new JournalSnapshot(table));
    }
    journal.append(List.of(new JournalRecord.Moving(file.number(), target)));
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
        folders.add(folder(one.file()));
      }
    }
    Set<AdoptedFile> missing = ConcurrentHashMap.newKeySet();
    Map<AdoptedFile, IOException> failed = threads.forceAll(files, file -> force(file, missing));
    missing.forEach(table::drop);
    Map<Path, IOException> failedFolders = threads.forceAll(folders, this::forceFolder);
    Set<AdoptedFile> later = new HashSet<>();
    for (AdoptedFile file : files) {
      settle(file, Optional.ofNullable(failed.get(file)), later);
      settle(file, Optional.ofNullable(failedFolders.get(folder(file))), later);
    }
    failedFolders.forEach(
        (folder, why) -> {
          if (why instanceof NotOpenedException) {
            changedFolders.add(folder);
          }
        });
    try {
      write(pending.stream().filter(one -> !later.contains(one.file())).toList());
    } finally {
      table.putBack(pending.stream().filter(one -> later.contains(one.file())).toList());
    }
    ForceThreads.throwFirst(described(failed));
    ForceThreads.throwFirst(failedFolders);
  }

  /// A second force after one that failed would succeed without having written anything: what the
  /// file holds is not known. One that was not opened was not touched, and is forced another time.
  private void settle(AdoptedFile file, Optional<IOException> failure, Set<AdoptedFile> later) {
    if (failure.isEmpty()) {
      return;
    }
    if (failure.get() instanceof NotOpenedException) {
      later.add(file);
    } else {
      later.remove(file);
      table.drop(file);
    }
  }

  private Map<Path, IOException> described(Map<AdoptedFile, IOException> failed) {
    Map<Path, IOException> byPath = new LinkedHashMap<>();
    failed.forEach((file, why) -> byPath.put(path(file), why));
    return byPath;
  }

  private Path path(AdoptedFile file) {
    return table
        .expected(file)
        .map(expected -> expected.ref().path())
        .orElseThrow(
            () -> new IllegalStateException("the number of a file in work was given away"));
  }

  private Path folder(AdoptedFile file) {
    return parent(path(file));
  }

  /// Claims need the file's bytes, and the description of a settled file its size and times.
  private boolean mustBeForced(PendingChange pending) {
    AdoptedFile file = pending.file();
    return !table.isGone(file)
        && switch (pending) {
          case PendingChange.Claims _ -> true;
          case PendingChange.Description _ ->
              table.expected(file).filter(expected -> !expected.ref().growing()).isPresent();
          case PendingChange.Unclaim _, PendingChange.Drop _, PendingChange.Forget _ -> false;
        };
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  private void force(AdoptedFile file, Set<AdoptedFile> missing) throws IOException {
    try {
      disk.forceFile(path(file));
    } catch (NoSuchFileException | AccessDeniedException e) {
      // Nothing can be served from it either.
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
      record(one, table.isJournaled(one.file())).ifPresent(records::add);
      if (one instanceof PendingChange.Description && !table.isForgotten(one.file())) {
        table.journaled(one.file());
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
  private Optional<JournalRecord> record(PendingChange pending, boolean known) {
    AdoptedFile file = pending.file();
    boolean there = !table.isGone(file);
    return switch (pending) {
      case PendingChange.Description _ ->
          table
              .expected(file)
              .filter(any -> !table.isForgotten(file))
              .map(expected -> new JournalRecord.Described(file.number(), expected));
      case PendingChange.Claims claims ->
          when(there, () -> new JournalRecord.Claimed(file.number(), claims.runs()));
      case PendingChange.Unclaim claim ->
          when(there, () -> new JournalRecord.Unclaimed(file.number(), claim.run()));
      case PendingChange.Drop _ ->
          when(!table.isForgotten(file), () -> new JournalRecord.Dropped(file.number()));
      case PendingChange.Forget _ -> when(known, () -> new JournalRecord.Forgotten(file.number()));
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
