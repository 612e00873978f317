package io.shoal.runtime.maintenance;

import io.shoal.api.Cid;
import io.shoal.runtime.content.ChangedFiles;
import io.shoal.runtime.store.AdoptedFiles;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.PlacedFile;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks regularly at the files that are served in place: what changed is read again, and what is
/// not what it was is provided no longer. A thread of its own, since a large file takes a while;
/// however many files there are, it uses less than a hundredth of a processor for looking at them.
public final class FileChecks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileChecks.class);

  public static final Duration EVERY = Duration.ofSeconds(20);

  /// Roots that are looked at in a round; of more, a part in each.
  private static final int ROOTS_A_ROUND = 1_000;

  /// Between two walks over the files of folders.
  private static final Duration WALK_EVERY = Duration.ofSeconds(40);

  /// A walk looks at so many files, then rests: 100 files a second.
  private static final int WALKED_AT_ONCE = 10;

  private static final Duration WALK_REST = Duration.ofMillis(100);

  private static final double NANOS_PER_SECOND = 1e9;

  private final RootIndex index;
  private final AdoptedFiles adopted;
  private final ChangedFiles changed;
  private final Provision provision;
  private final long bytesPerSecond;
  private final LongSupplier nanoTime;
  private final CountDownLatch closed = new CountDownLatch(1);
  private Optional<Thread> thread = Optional.empty();
  private int next;
  private long walkedNanos;

  /// Learns whether a root's bytes are still here.
  @FunctionalInterface
  public interface Provision {
    void provide(Cid root, boolean provided);
  }

  /// @param bytesPerSecond how fast changed files are read
  /// @param nanoTime monotonic, any origin
  public FileChecks(
      LocalStore local,
      RootIndex index,
      ChangedFiles changed,
      Provision provision,
      long bytesPerSecond,
      LongSupplier nanoTime) {
    this.index = index;
    this.adopted = new AdoptedFiles(local);
    this.changed = changed;
    this.provision = provision;
    this.bytesPerSecond = bytesPerSecond;
    this.nanoTime = nanoTime;
  }

  /// The roots whose files are not what they were, as far as that is seen without reading any.
  public Set<Cid> lost() {
    Set<Cid> lost = new HashSet<>();
    for (KeptRoot root : index.all()) {
      if (!root.pinned() && adopted.problem(root).isPresent()) {
        lost.add(root.cid());
      }
    }
    return lost;
  }

  public void start() {
    walkedNanos = nanoTime.getAsLong();
    thread = Optional.of(Thread.ofVirtual().name("file-checks").start(this::loop));
  }

  private void loop() {
    try {
      do {
        lookAtRoots();
        if (nanoTime.getAsLong() - walkedNanos >= WALK_EVERY.toNanos()) {
          walk();
        }
      } while (!closed.await(EVERY.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Looks at all of it once, without a rest.
  public void round() throws InterruptedException {
    for (int looked = 0; looked < index.all().size(); looked += ROOTS_A_ROUND) {
      lookAtRoots();
    }
    lookAtRoots();
    walk();
  }

  private void lookAtRoots() throws InterruptedException {
    List<KeptRoot> roots = index.all().stream().filter(root -> root.path().isPresent()).toList();
    int count = Math.min(ROOTS_A_ROUND, roots.size());
    for (int i = 0; i < count; i++) {
      next = next + 1 < roots.size() ? next + 1 : 0;
      lookAt(roots.get(next));
    }
  }

  private void lookAt(KeptRoot root) throws InterruptedException {
    Optional<AdoptedFiles.Problem> problem = adopted.problem(root);
    boolean isServed =
        problem.isEmpty()
            || problem.get().loss() == AdoptedFiles.Loss.CHANGED
                && !root.folder()
                && changed.reread(root, this::readSlowly);
    // A pinned root may be in the store as well.
    if (!root.pinned()) {
      provision.provide(root.cid(), isServed);
    }
  }

  private void readSlowly(int bytes) throws InterruptedException {
    if (closed.await((long) (bytes * NANOS_PER_SECOND / bytesPerSecond), TimeUnit.NANOSECONDS)) {
      throw new InterruptedException("closed");
    }
  }

  private void walk() throws InterruptedException {
    if (index.all().stream().noneMatch(root -> root.folder() && root.path().isPresent())) {
      return;
    }
    try {
      changed.rereadListed(new Walk());
    } catch (IOException e) {
      LOG.warn("the files that are served in place could not all be looked at: {}", e.getMessage());
    }
    walkedNanos = nanoTime.getAsLong();
  }

  /// A walk may take an hour: the roots are looked at meanwhile.
  private final class Walk implements PlacedFile.Pace {
    private int files;
    private long lookedNanos = nanoTime.getAsLong();
    private boolean looking;

    @Override
    public void read(int bytes) throws InterruptedException {
      readSlowly(bytes);
      if (bytes > 0 || thread.isEmpty() || looking || ++files % WALKED_AT_ONCE > 0) {
        return;
      }
      if (closed.await(WALK_REST.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new InterruptedException("closed");
      }
      if (nanoTime.getAsLong() - lookedNanos >= EVERY.toNanos()) {
        looking = true;
        lookAtRoots();
        looking = false;
        lookedNanos = nanoTime.getAsLong();
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    thread.ifPresent(Thread::interrupt);
  }
}
