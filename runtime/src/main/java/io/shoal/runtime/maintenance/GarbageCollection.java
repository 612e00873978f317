package io.shoal.runtime.maintenance;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.content.ChangedFiles;
import io.shoal.runtime.limit.TokenBucket;
import io.shoal.runtime.store.AdoptedFiles;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Removes the chunks that no root in the index, no unfinished download and no running work needs:
/// mark and sweep over the chunks that are listed before the marking begins. Before that it forgets
/// the roots whose files are gone for good.
public final class GarbageCollection {
  /// Chunks that are removed between two walks over the store, and references that are released:
  /// bounds the list.
  private static final int REMOVED_AT_ONCE = 65_536;

  private final LocalStore local;
  private final RootIndex index;
  private final DownloadJournal journal;
  private final CollectionLock lock;
  private final AdoptedFiles adopted;
  private final ChangedFiles changed;
  private final Release release;

  /// Takes roots out of the index.
  @FunctionalInterface
  public interface Release {
    /// @return those that were there
    List<KeptRoot> release(List<Cid> roots) throws IOException;
  }

  public GarbageCollection(
      LocalStore local,
      RootIndex index,
      DownloadJournal journal,
      CollectionLock lock,
      ChangedFiles changed,
      Release release) {
    this.local = local;
    this.index = index;
    this.journal = journal;
    this.lock = lock;
    this.adopted = new AdoptedFiles(local);
    this.changed = changed;
    this.release = release;
  }

  /// Removes chunks that are listed before the marking begins and that it does not reach. Chunks
  /// that arrive meanwhile are not in the list.
  ///
  /// @throws io.shoal.api.RetryableException content is being added now
  public StoreCommands.Collected run() throws ShoalException, IOException, InterruptedException {
    changed.rereadAll(TokenBucket.UNLIMITED);
    try (CollectionLock.Hold alone = lock.alone();
        CollectionLock.Hold collecting = local.temporaryPins().collect()) {
      int forgotten = forgetLostRoots();
      // Of a bucket that many nodes fill not even the ids need fit into this node's memory.
      boolean shared = local.store().traits().contains(ChunkStore.Trait.SHARED);
      ChunkSet candidates = new ChunkSet();
      long[] here = {0};
      local
          .store()
          .chunks(
              chunk -> {
                here[0]++;
                if (chunk.owned() && !shared) {
                  candidates.add(chunk.cid());
                }
                return true;
              });
      StoreCommands.Collected collected =
          shared
              // What this node does not need may be all that another one has.
              ? new StoreCommands.Collected(0, 0, here[0], forgotten)
              : sweep(candidates, needed(), here[0], forgotten);
      forgetRules();
      forgetLostFiles();
      local.store().sync();
      return collected;
    }
  }

  /// A root that work has in hand is about to be here again.
  private int forgetLostRoots() throws IOException {
    List<Cid> lost = new ArrayList<>();
    for (KeptRoot root : index.all()) {
      if (!root.pinned() && adopted.problem(root).filter(GarbageCollection::isLost).isPresent()) {
        lost.add(root.cid());
      }
    }
    lost.removeAll(local.temporaryPins().roots());
    return release.release(lost).size();
  }

  private static boolean isLost(AdoptedFiles.Problem problem) {
    return switch (problem.loss()) {
      case CHANGED, GONE -> true;
      case AWAY, UNREADABLE -> false;
    };
  }

  private ChunkSet needed() throws ShoalException, IOException {
    ChunkSet needed = new ChunkSet();
    LocalDag dag = new LocalDag(local);
    for (Cid root : rootsToKeep()) {
      dag.reachable(root, needed::add);
    }
    return needed;
  }

  /// In the order in which work passes a root on: it is held until it is in the index, so that a
  /// root that is no longer held when this looks is in the index when this looks there.
  private Set<Cid> rootsToKeep() throws IOException {
    Set<Cid> roots = new LinkedHashSet<>(local.temporaryPins().roots());
    journal.all().forEach(begun -> roots.add(begun.root()));
    index.all().forEach(root -> roots.add(root.cid()));
    return roots;
  }

  /// @param needed grows by those that were looked at
  private StoreCommands.Collected sweep(
      ChunkSet candidates, ChunkSet needed, long here, int rootsForgotten)
      throws IOException, RetryableException, InterruptedException {
    long removed = 0;
    long bytes = 0;
    List<ChunkStore.StoredChunk> due = new ArrayList<>();
    do {
      due.clear();
      local
          .store()
          .chunks(
              chunk -> {
                if (chunk.owned()
                    && candidates.contains(chunk.cid())
                    && !needed.contains(chunk.cid())) {
                  due.add(chunk);
                }
                return due.size() < REMOVED_AT_ONCE;
              });
      for (ChunkStore.StoredChunk chunk : due) {
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted");
        }
        needed.add(chunk.cid());
        if (local
            .temporaryPins()
            .removeUnlessSpared(chunk.cid(), () -> local.store().delete(chunk.cid()))) {
          local.verified().remove(chunk.cid());
          removed++;
          bytes += chunk.sizeBytes();
        }
      }
    } while (due.size() == REMOVED_AT_ONCE);
    return new StoreCommands.Collected(removed, bytes, here - removed, rootsForgotten);
  }

  /// A root's sharing rule goes with the last of its chunks.
  private void forgetRules() throws IOException, RetryableException {
    Set<Cid> begun = new HashSet<>();
    journal.all().forEach(download -> begun.add(download.root()));
    for (Cid root : index.privateWithoutEntry()) {
      if (!begun.contains(root) && !local.has(root)) {
        // Work that begins now is held before it sets a rule.
        index.forgetRule(root, () -> !local.temporaryPins().roots().contains(root));
      }
    }
  }

  /// Releases references to users' files that are deleted or changed. A file whose folder is gone
  /// as well may be on a medium that is not connected now: it stays while a root names it.
  private void forgetLostFiles() throws IOException {
    Optional<FileBacked> files = local.store().fileBacked();
    if (files.isEmpty()) {
      return;
    }
    List<Path> places = index.all().stream().flatMap(root -> root.path().stream()).toList();
    List<FileRef> lost = new ArrayList<>();
    do {
      lost.clear();
      files
          .get()
          .references(
              claims -> {
                if (lost.size() < REMOVED_AT_ONCE && isLost(claims, places)) {
                  lost.add(claims.ref());
                }
              });
      for (FileRef ref : lost) {
        files.get().forget(ref);
      }
    } while (lost.size() == REMOVED_AT_ONCE);
  }

  private static boolean isLost(FileBacked.FileClaims claims, List<Path> places) {
    return switch (claims.state()) {
      case INTACT, GROWING -> false;
      case CHANGED -> true;
      case MISSING -> !mayComeBack(claims.ref().path(), places);
    };
  }

  private static boolean mayComeBack(Path file, List<Path> places) {
    Path folder = file.getParent();
    boolean folderIsGone = folder != null && !Files.isDirectory(folder);
    return folderIsGone && places.stream().anyMatch(file::startsWith);
  }
}
