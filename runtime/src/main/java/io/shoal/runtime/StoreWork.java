package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.download.Download;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.download.PausedDownload;
import io.shoal.runtime.store.AdoptedFiles;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LeftBehind;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The user's commands on what is here: list, stat, pin, unpin, share.
final class StoreWork {
  /// What an entry of a folder takes as an answer, with its text.
  private static final long BYTES_FOR_LISTED = 500;

  private final LocalStore local;
  private final RootIndex index;
  private final DownloadJournal journal;
  private final Downloads downloads;
  private final Holdings holdings;
  private final LeftBehind leftBehind;
  private final LocalDag dag;

  StoreWork(
      LocalStore local,
      RootIndex index,
      DownloadJournal journal,
      Downloads downloads,
      Holdings holdings,
      LeftBehind leftBehind) {
    this.local = local;
    this.index = index;
    this.journal = journal;
    this.downloads = downloads;
    this.holdings = holdings;
    this.leftBehind = leftBehind;
    this.dag = new LocalDag(local);
  }

  List<StoreCommands.RootEntry> roots() throws IOException {
    List<StoreCommands.RootEntry> entries = new ArrayList<>();
    AdoptedFiles adopted = new AdoptedFiles(local);
    for (KeptRoot root : index.all()) {
      boolean behind = leftBehind.contains(root.cid());
      for (AdoptedFiles.Place place : adopted.places(root)) {
        Optional<AdoptedFiles.Problem> problem = place.problem().filter(_ -> !behind);
        entries.add(
            new StoreCommands.RootEntry(
                root.cid().toString(),
                place.root().name(),
                root.sizeBytes(),
                root.folder() ? "folder" : "file",
                kept(root, problem),
                behind
                    ? "its chunks are not here: see 'shoal status'"
                    : problem.map(AdoptedFiles.Problem::message).orElse(""),
                holdings.sharing(root.cid()).word()));
      }
    }
    for (DownloadJournal.Begun begun : journal.all()) {
      Optional<Download> running = downloads.of(begun.root());
      entries.add(
          new StoreCommands.RootEntry(
              begun.root().toString(),
              begun.target().getFileName().toString(),
              running.map(d -> d.counters().totalBytes()).orElse(-1L),
              "file",
              "partial",
              running
                  .map(Download::state)
                  .or(() -> pausedAt(begun.target()))
                  .orElse("incomplete: get it again to go on (" + begun.target() + ")"),
              holdings.sharing(begun.root()).word()));
    }
    return entries;
  }

  private static String kept(KeptRoot root, Optional<AdoptedFiles.Problem> problem) {
    if (root.isStored()) {
      return root.pinned() ? "pinned" : "cached";
    }
    boolean lost = problem.map(AdoptedFiles.Problem::loss).filter(StoreWork::isLost).isPresent();
    return lost ? "lost" : "adopted";
  }

  /// Whether 'gc' would forget it.
  private static boolean isLost(AdoptedFiles.Loss loss) {
    return switch (loss) {
      case CHANGED, GONE -> true;
      case AWAY, UNREADABLE -> false;
    };
  }

  private Optional<String> pausedAt(Path target) {
    return downloads.paused().stream()
        .filter(download -> download.request().target().equals(Optional.of(target)))
        .map(PausedDownload::why)
        .findFirst();
  }

  List<StoreCommands.FolderEntry> list(Cid root) throws ShoalException, IOException {
    // A raw root has no nodes: its plan is whole even when its one leaf is missing.
    if (!root.isIdentity() && !local.has(root)) {
      throw notHere(root);
    }
    try (TreePlan plan = dag.plan(root).orElseThrow(() -> notHere(root))) {
      if (!plan.isFolder()) {
        String name = index.get(root).map(KeptRoot::name).orElse(root.toString());
        return List.of(
            new StoreCommands.FolderEntry(root.toString(), name, dag.sizeBytes(plan), kind(plan)));
      }
      // The answer holds what is at the top: ids and names as text.
      plan.memory().take(BYTES_FOR_LISTED * topEntries(plan));
      return topLevel(plan);
    }
  }

  private static long topEntries(TreePlan plan) {
    long files = 0;
    for (int file = 0; file < plan.files().size(); file++) {
      files += plan.topFolder(file) == 0 ? 1 : 0;
    }
    return files + plan.folders().size() + plan.skipped().size();
  }

  private List<StoreCommands.FolderEntry> topLevel(TreePlan plan)
      throws RetryableException, IOException {
    List<TreePlan.PlannedFolder> folders = plan.folders();
    List<TreePlan.PlannedFile> files = plan.files();
    long[] sizes = new long[folders.size()];
    List<StoreCommands.FolderEntry> entries = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted");
      }
      TreePlan.PlannedFile file = files.get(i);
      long size = dag.sizeBytes(file);
      sizes[plan.topFolder(i)] += Math.max(0, size);
      if (plan.topFolder(i) == 0) {
        entries.add(entry(file.cid(), file.path(), size, "file"));
      }
    }
    for (int i = 1; i < sizes.length; i++) {
      TreePlan.PlannedFolder folder = folders.get(i);
      if (folder.path().indexOf('/') < 0) {
        entries.add(entry(folder.cid(), folder.path(), sizes[i], "folder"));
      }
    }
    for (TreePlan.Skipped skipped : plan.skipped()) {
      if (skipped.path().indexOf('/') < 0) {
        entries.add(entry(skipped.cid(), skipped.path(), 0, kind(skipped)));
      }
    }
    entries.sort(Comparator.comparing(StoreCommands.FolderEntry::name));
    return entries;
  }

  private static String kind(TreePlan.Skipped entry) {
    return entry.link() ? "symlink" : "other";
  }

  private static String kind(TreePlan plan) {
    if (plan.isFolder()) {
      return "folder";
    }
    return plan.files().isEmpty() ? kind(plan.skipped().getFirst()) : "file";
  }

  private static StoreCommands.FolderEntry entry(Cid cid, String name, long size, String kind) {
    return new StoreCommands.FolderEntry(cid.toString(), name, size, kind);
  }

  private static NotFoundException notHere(Cid root) {
    return new NotFoundException(root + " is not here, or not all of its nodes: get it first");
  }

  StoreCommands.ContentStat stat(Cid root) throws ShoalException, IOException {
    Optional<TreePlan> here =
        local.has(root) || root.isIdentity() ? dag.plan(root) : Optional.empty();
    try (TreePlan _ = here.orElse(null)) {
      return stat(root, here);
    }
  }

  private StoreCommands.ContentStat stat(Cid root, Optional<TreePlan> plan)
      throws ShoalException, IOException {
    Optional<KeptRoot> kept = index.get(root);
    if (plan.isEmpty() && kept.isEmpty()) {
      long here = local.has(root) ? 1 : 0;
      if (here == 0) {
        throw new NotFoundException("nothing is known here of " + root + ": find or get it");
      }
      return StoreCommands.ContentStat.unknown(root.toString(), here, sharing(root));
    }
    String kind =
        plan.map(StoreWork::kind)
            .orElse(kept.filter(KeptRoot::folder).isPresent() ? "folder" : "file");
    return new StoreCommands.ContentStat(
        root.toString(),
        kind,
        kept.map(KeptRoot::name).filter(name -> !name.isEmpty()),
        plan.isPresent() ? dag.sizeBytes(plan.get()) : kept.map(KeptRoot::sizeBytes).orElse(-1L),
        plan.map(p -> (long) p.chunkCount()).orElse(-1L),
        plan.isPresent() ? dag.chunksHere(plan.get()) : 0,
        kept.map(KeptRoot::pinned).orElse(false),
        kept.flatMap(KeptRoot::sha256),
        false,
        sharing(root));
  }

  private Optional<String> sharing(Cid root) throws IOException {
    return isRoot(root) ? Optional.of(holdings.sharing(root).word()) : Optional.empty();
  }

  /// Whether there is something to set a rule for. A private root still has one after unpin.
  private boolean isRoot(Cid root) throws IOException {
    return index.get(root).isPresent()
        || index.isPrivate(root)
        || downloads.of(root).isPresent()
        || journal.all().stream().anyMatch(begun -> begun.root().equals(root));
  }

  StoreCommands.Shared share(Cid root, StoreCommands.Sharing sharing)
      throws ShoalException, IOException {
    if (!isRoot(root)) {
      throw new NotFoundException(
          root + " is not a root here: 'shoal ls' shows those that are; add or get it first");
    }
    holdings.share(root, sharing);
    return new StoreCommands.Shared(root.toString(), sharing.word());
  }

  void pin(Cid root) throws ShoalException, IOException {
    if (index.pin(root)) {
      holdings.announce(root);
      return;
    }
    // What is not a root yet may be collected at any time: not between the look and the entry.
    try (CollectionLock.Hold held = local.temporaryPins().hold(root)) {
      dag.reachable(root, local.temporaryPins()::lookFor);
      pinLoose(root);
    }
  }

  private void pinLoose(Cid root) throws ShoalException, IOException {
    long size;
    boolean folder;
    try (TreePlan plan = dag.plan(root).orElseThrow(() -> notHere(root))) {
      local.store().sync();
      if (dag.chunksHere(plan) < plan.chunkCount()) {
        throw new NotFoundException(
            "%d of %d chunks of %s are here: get it with --keep first"
                .formatted(dag.chunksHere(plan), plan.chunkCount(), root));
      }
      size = dag.sizeBytes(plan);
      folder = plan.isFolder();
    }
    // It came with a private root, and no user asked to announce it: it stays private.
    if (!index.isPrivate(root) && isPartOfPrivate(root)) {
      holdings.share(root, StoreCommands.Sharing.PRIVATE);
    }
    holdings.keep(KeptRoot.pinned(root, "", size, folder));
  }

  private boolean isPartOfPrivate(Cid root) throws IOException, ShoalException {
    Cid wanted = root.toV1();
    boolean[] reached = new boolean[1];
    for (KeptRoot kept : index.all()) {
      if (index.isPrivate(kept.cid()) && !reached[0]) {
        dag.reachable(kept.cid(), cid -> reached[0] |= cid.equals(wanted));
      }
    }
    return reached[0];
  }

  boolean isKept(Cid root) {
    return index.get(root).isPresent();
  }

  /// Releases a root that is pinned in the store; what lies in the user's files is the user's.
  void unpinStored(Cid root) throws ShoalException, IOException {
    Optional<KeptRoot> kept = index.get(root).filter(KeptRoot::pinned);
    Optional<Path> path = kept.flatMap(KeptRoot::path);
    if (path.isPresent()) {
      throw new UserFaultException(
          "%s lies in the user's files at %s: 'shoal unpin' releases it"
              .formatted(root, path.get()));
    }
    if (kept.isPresent()) {
      holdings.release(root);
    }
  }

  void unpin(Cid root) throws ShoalException, IOException {
    // One that was released before, by 'gc' perhaps, is as the user wants it.
    if (index.get(root).isEmpty() && !index.wasHere(root)) {
      throw new NotFoundException(root + " is not pinned here: ls shows what is");
    }
    holdings.release(root);
  }
}
