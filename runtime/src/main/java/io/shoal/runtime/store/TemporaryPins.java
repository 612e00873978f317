package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.RetryableException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Protects from garbage collection what running work counts on and nothing refers to yet. Roots
/// are held as long as the work goes on; a chunk that work looks for while a collection runs is
/// spared by it, since the collection may have marked before the chunk's parent was here. Usable
/// from any thread.
public final class TemporaryPins {
  private final Map<Cid, Integer> roots = new HashMap<>();

  /// The chunks looked for since the running collection began; empty if none runs.
  private Optional<Set<Multihash>> spared = Optional.empty();

  /// Removes a chunk that nothing needs.
  @FunctionalInterface
  public interface Removal {
    boolean remove() throws IOException, RetryableException;
  }

  /// Work on a root begins; ends by closing, once.
  public synchronized CollectionLock.Hold hold(Cid root) {
    Cid held = root.toV1();
    roots.merge(held, 1, Integer::sum);
    return () -> release(held);
  }

  private synchronized void release(Cid root) {
    roots.computeIfPresent(root, (any, count) -> count == 1 ? null : count - 1);
  }

  /// Work is about to look whether a chunk is here, or to store it. Called before that, so that the
  /// collection either sees this or has removed the chunk already.
  public synchronized void lookFor(Cid cid) {
    spared.ifPresent(chunks -> chunks.add(cid.multihash()));
  }

  /// A collection begins, and ends by closing. Called before anything is marked; one at a time.
  public synchronized CollectionLock.Hold collect() {
    spared = Optional.of(new HashSet<>());
    return this::collected;
  }

  private synchronized void collected() {
    spared = Optional.empty();
  }

  public synchronized Set<Cid> roots() {
    return Set.copyOf(roots.keySet());
  }

  /// Removes a chunk, unless work looked for it since the collection began. The lock is held
  /// meanwhile: work that looks for a chunk waits for one removal at most.
  public synchronized boolean removeUnlessSpared(Cid cid, Removal removal)
      throws IOException, RetryableException {
    boolean needed = spared.map(chunks -> chunks.contains(cid.multihash())).orElse(false);
    return !needed && removal.remove();
  }
}
