package io.shoal.runtime.content;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.store.AdoptedFiles;
import io.shoal.runtime.store.FileLook;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.PlacedFile;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads files again that are not what the store remembers: their times, rights or names may have
/// changed and their bytes not, or their medium was away. Those that still have the bytes of their
/// root are served on. Usable from any thread.
public final class ChangedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(ChangedFiles.class);

  /// Files that are known to be different; of more, the oldest are read again by the next check.
  private static final int MAX_DIFFERENT = 4_096;

  private static final double NANOS_PER_SECOND = 1e9;

  private final LocalStore local;
  private final RootIndex index;
  private final AdoptedFiles adopted;

  // Guarded by itself: how files looked when they were read and found to be different.
  private final Map<Path, FileLook> different =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, FileLook> eldest) {
          return size() > MAX_DIFFERENT;
        }
      };

  public ChangedFiles(LocalStore local, RootIndex index) {
    this.local = local;
    this.index = index;
    this.adopted = new AdoptedFiles(local);
  }

  /// The roots that say which bytes a file should have.
  private final class Places {
    private final Map<Path, List<KeptRoot>> files = new HashMap<>();
    private final List<KeptRoot> folders = new ArrayList<>();

    Places() {
      for (KeptRoot root : index.all()) {
        if (root.path().isPresent()) {
          List<KeptRoot> same =
              root.folder()
                  ? folders
                  : files.computeIfAbsent(root.path().get(), any -> new ArrayList<>());
          same.add(root);
        }
      }
    }

    List<KeptRoot> of(Path file) {
      List<KeptRoot> all = new ArrayList<>(files.getOrDefault(file, List.of()));
      folders.stream()
          .filter(root -> root.path().filter(file::startsWith).isPresent())
          .forEach(all::add);
      return all;
    }
  }

  /// Reads all of them, also those that were different when they were read last.
  ///
  /// @param bytesPerSecond how fast it may read
  public void rereadAll(long bytesPerSecond) throws IOException, InterruptedException {
    PlacedFile.Pace pace =
        bytes -> {
          PlacedFile.Pace.NONE.read(bytes);
          TimeUnit.NANOSECONDS.sleep((long) (bytes * NANOS_PER_SECOND / bytesPerSecond));
        };
    synchronized (different) {
      different.clear();
    }
    for (KeptRoot root : index.all()) {
      boolean changed =
          !root.folder()
              && adopted
                  .problem(root)
                  .filter(problem -> problem.loss() == AdoptedFiles.Loss.CHANGED)
                  .isPresent();
      if (changed) {
        reread(root, pace);
      }
    }
    rereadListed(pace);
  }

  /// Reads those that the store knows to have changed, the files of folders among them.
  public void rereadListed(PlacedFile.Pace pace) throws IOException, InterruptedException {
    Optional<FileBacked> files = local.store().fileBacked();
    Places places = new Places();
    if (files.isEmpty() || places.files.isEmpty() && places.folders.isEmpty()) {
      return;
    }
    boolean[] interrupted = {false};
    try {
      files
          .get()
          .references(
              claims -> {
                Path file = claims.ref().path();
                try {
                  pace.read(0);
                  if (!interrupted[0] && claims.state() == FileBacked.FileState.CHANGED) {
                    reread(file, places.of(file), pace);
                  }
                } catch (InterruptedException e) {
                  interrupted[0] = true;
                  Thread.currentThread().interrupt();
                }
              });
    } catch (InterruptedIOException e) {
      interrupted[0] = true;
    }
    if (interrupted[0]) {
      Thread.interrupted();
      throw new InterruptedException("interrupted");
    }
  }

  /// Reads the file of a root again, unless it is as it was when it was found to be different.
  ///
  /// @return whether it is served on
  public boolean reread(KeptRoot root, PlacedFile.Pace pace) throws InterruptedException {
    return root.path().isPresent() && reread(root.path().get(), List.of(root), pace);
  }

  private boolean reread(Path file, List<KeptRoot> roots, PlacedFile.Pace pace)
      throws InterruptedException {
    try {
      FileLook look = FileLook.at(file);
      synchronized (different) {
        if (look.equals(different.get(file))) {
          return false;
        }
      }
      boolean known = false;
      for (KeptRoot root : roots) {
        Optional<Boolean> still = isStill(root, file, pace);
        if (still.equals(Optional.of(true))) {
          LOG.info("{}: it was touched and still has the same bytes: it is served on", file);
          return true;
        }
        known |= still.isPresent();
      }
      if (!known) {
        return false;
      }
      LOG.info("{}: it has other bytes than it had: it is served no longer", file);
      synchronized (different) {
        different.put(file, look);
      }
    } catch (IOException | ShoalException e) {
      LOG.debug("{} cannot be read again", file, e);
    }
    return false;
  }

  /// @return empty if its nodes are not here, which say what it should be
  private Optional<Boolean> isStill(KeptRoot root, Path file, PlacedFile.Pace pace)
      throws IOException, ShoalException, InterruptedException {
    Optional<Cid> cid = cid(root, file);
    if (cid.isEmpty()) {
      return Optional.of(false);
    }
    try (TreePlan plan = new LocalDag(local).plan(cid.get()).orElse(null)) {
      return plan == null
          ? Optional.empty()
          : Optional.of(
              !plan.isFolder()
                  && plan.files().size() == 1
                  && new PlacedFile(local, plan, plan.files().getFirst(), file).serveAgain(pace));
    }
  }

  private Optional<Cid> cid(KeptRoot root, Path file) throws IOException {
    if (!root.folder()) {
      return Optional.of(root.cid());
    }
    List<String> names = new ArrayList<>();
    root.path().orElseThrow().relativize(file).forEach(name -> names.add(name.toString()));
    try {
      return Optional.of(
          new PathLookup(new StoredNodes(local, root.cid()), root.cid())
              .find(String.join("/", names))
              .cid());
    } catch (ShoalException e) {
      LOG.debug("{} is not in {}", file, root.cid(), e);
      return Optional.empty();
    }
  }
}
