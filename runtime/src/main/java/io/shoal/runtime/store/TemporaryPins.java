package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// Keeps garbage collection off what running work counts on and nothing refers to yet. Roots are
/// held as long as the work goes on; a chunk that work looks for while a collection runs is spared
/// by it, since the collection may have marked before the chunk's parent was here. Usable from any
/// thread.
public final class TemporaryPins {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Cid, Integer> roots = new HashMap<>();

  /// What was looked for since the collection that runs began; empty if none runs.
  private Optional<Set<Multihash>> spared = Optional.empty();

  /// Removes a chunk that nobody needs.
  @FunctionalInterface
  public interface Removal {
    boolean remove() throws IOException;
  }

  /// Work on a root begins; ends by closing, once.
  public CollectionLock.Hold hold(Cid root) {
    Cid held = root.toV1();
    lock.lock();
    try {
      roots.merge(held, 1, Integer::sum);
    } finally {
      lock.unlock();
    }
    return () -> {
      lock.lock();
      try {
        roots.computeIfPresent(held, (any, count) -> count == 1 ? null : count - 1);
      } finally {
        lock.unlock();
      }
    };
  }

  /// Work is about to look whether a chunk is here, or to store it: told before, so that the
  /// collection either sees this or has removed the chunk already.
  public void lookFor(Cid cid) {
    lock.lock();
    try {
      spared.ifPresent(chunks -> chunks.add(cid.multihash()));
    } finally {
      lock.unlock();
    }
  }

  /// A collection begins, and ends by closing. Called before anything is marked; one at a time.
  public CollectionLock.Hold collect() {
    lock.lock();
    try {
      spared = Optional.of(new HashSet<>());
    } finally {
      lock.unlock();
    }
    return () -> {
      lock.lock();
      try {
        spared = Optional.empty();
      } finally {
        lock.unlock();
      }
    };
  }

  public Set<Cid> roots() {
    lock.lock();
    try {
      return Set.copyOf(roots.keySet());
    } finally {
      lock.unlock();
    }
  }

  /// Removes a chunk, unless work looked for it since the collection began. The lock is held
  /// meanwhile: whoever looks for a chunk waits for the one removal at most.
  public boolean removeUnlessSpared(Cid cid, Removal removal) throws IOException {
    lock.lock();
    try {
      boolean needed = spared.map(chunks -> chunks.contains(cid.multihash())).orElse(false);
      return !needed && removal.remove();
    } finally {
      lock.unlock();
    }
  }
}
