package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.unit.Units;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// The memory for what is known of DAGs, one for all walks, plans and downloads of a node. What a
/// DAG takes is decided by whoever made it: so it is taken here before it is allocated, and a DAG
/// that does not fit is refused. Usable from any thread.
public final class DagMemory {
  /// Of all memory; the rest is for the node itself and for buffers.
  private static final double SHARE = 0.625;

  /// What stays for DAGs however much the store takes, so that small ones go through.
  private static final double LEAST_SHARE = 0.125;

  /// What a store remembers in memory for each chunk.
  private static final long BYTES_FOR_STORED_CHUNK = 100;

  private final long memoryBytes;
  private final LongSupplier storedChunks;
  private final AtomicLong takenBytes = new AtomicLong();

  /// @param memoryBytes that the process may use for all that it does
  /// @param storedChunks how many chunks the store has now; negative if unknown
  public DagMemory(long memoryBytes, LongSupplier storedChunks) {
    this.memoryBytes = memoryBytes;
    this.storedChunks = storedChunks;
  }

  /// Begins work on a DAG; its memory is given back by closing.
  public Share share(Cid root) {
    return new Share(root);
  }

  /// How much is taken now.
  public long takenBytes() {
    return takenBytes.get();
  }

  private long mostBytes() {
    long index = Math.max(0, storedChunks.getAsLong()) * BYTES_FOR_STORED_CHUNK;
    return Math.max((long) (memoryBytes * SHARE) - index, (long) (memoryBytes * LEAST_SHARE));
  }

  /// What one DAG takes. Usable from any thread.
  public final class Share implements AutoCloseable {
    private final Cid root;
    private final long mostBytes = mostBytes();
    private final AtomicLong mine = new AtomicLong();

    private Share(Cid root) {
      this.root = root;
    }

    /// Called before the memory is used.
    ///
    /// @throws UserFaultException the DAG is too large for this node's memory
    /// @throws RetryableException other work has the memory now
    public void take(long bytes) throws ShoalException {
      if (takenBytes.addAndGet(bytes) > mostBytes) {
        takenBytes.addAndGet(-bytes);
        throw tooLarge(mine.get() + bytes);
      }
      mine.addAndGet(bytes);
    }

    private ShoalException tooLarge(long needed) {
      if (needed <= mostBytes) {
        return new RetryableException(
            "%s has so many parts that there is no memory for it beside what runs now: wait until that is done"
                .formatted(root));
      }
      return new UserFaultException(
          "%s has so many parts that keeping account of them takes more than the %s of memory that there is for it: get a part of it (%s/PATH), or give Java more memory (SHOAL_JVM_OPTIONS=-Xmx1g) and start again"
              .formatted(root, Units.size(mostBytes), root));
    }

    public void giveBack(long bytes) {
      mine.addAndGet(-bytes);
      takenBytes.addAndGet(-bytes);
    }

    @Override
    public void close() {
      giveBack(mine.get());
    }
  }
}
