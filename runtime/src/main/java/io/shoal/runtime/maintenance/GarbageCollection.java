package io.shoal.runtime.maintenance;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRef;
import io.shoal.api.Multihash;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.DownloadJournal;
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
/// mark and sweep over a list of the chunks that is taken before the marking begins.
public final class GarbageCollection {
  private final LocalStore local;
  private final RootIndex index;
  private final DownloadJournal journal;
  private final CollectionLock lock;

  public GarbageCollection(
      LocalStore local, RootIndex index, DownloadJournal journal, CollectionLock lock) {
    this.local = local;
    this.index = index;
    this.journal = journal;
    this.lock = lock;
  }

  /// Removes chunks that are listed before the marking begins and that it does not reach. Chunks
  /// that arrive meanwhile are not in the list.
  ///
  /// @throws io.shoal.api.RetryableException content is being added now
  public StoreCommands.Collected run() throws ShoalException, IOException, InterruptedException {
    try (CollectionLock.Hold alone = lock.alone();
        CollectionLock.Hold collecting = local.temporaryPins().collect()) {
      List<ChunkStore.StoredChunk> candidates = new ArrayList<>();
      local.store().chunks(candidates::add);
      StoreCommands.Collected collected =
          local.store().traits().contains(ChunkStore.Trait.SHARED)
              // What this node does not need may be all that another one has.
              ? new StoreCommands.Collected(0, 0, candidates.size())
              : sweep(candidates, needed());
      forgetRules();
      forgetLostFiles();
      local.store().sync();
      return collected;
    }
  }

  private Set<Multihash> needed() throws ShoalException, IOException {
    Set<Multihash> needed = new HashSet<>();
    LocalDag dag = new LocalDag(local);
    for (Cid root : rootsToKeep()) {
      dag.reachable(root, cid -> needed.add(cid.multihash()));
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

  private StoreCommands.Collected sweep(
      List<ChunkStore.StoredChunk> candidates, Set<Multihash> needed)
      throws IOException, RetryableException, InterruptedException {
    long removed = 0;
    long bytes = 0;
    long kept = 0;
    for (ChunkStore.StoredChunk chunk : candidates) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted");
      }
      if (!chunk.owned() || needed.contains(chunk.cid().multihash())) {
        kept++;
      } else if (local
          .temporaryPins()
          .removeUnlessSpared(chunk.cid(), () -> local.store().delete(chunk.cid()))) {
        local.verified().remove(chunk.cid());
        removed++;
        bytes += chunk.sizeBytes();
      }
    }
    return new StoreCommands.Collected(removed, bytes, kept);
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
    List<FileRef> lost = new ArrayList<>();
    files
        .get()
        .references(
            claims -> {
              switch (claims.state()) {
                case INTACT, GROWING -> {}
                case CHANGED -> lost.add(claims.ref());
                case MISSING -> {
                  if (!mayComeBack(claims.ref().path())) {
                    lost.add(claims.ref());
                  }
                }
              }
            });
    for (FileRef ref : lost) {
      files.get().forget(ref);
    }
  }

  private boolean mayComeBack(Path file) {
    Path folder = file.getParent();
    boolean folderIsGone = folder != null && !Files.isDirectory(folder);
    return folderIsGone
        && index.all().stream().anyMatch(root -> root.path().filter(file::startsWith).isPresent());
  }
}
