package io.shoal.runtime.maintenance;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.content.ChangedFiles;
import io.shoal.runtime.limit.RateGauge;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.store.LocalDag;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.RootIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks the store when a user asks for it.
public final class StoreVerify {
  private static final Logger LOG = LoggerFactory.getLogger(StoreVerify.class);

  /// Ids that a report names; for a store that is corrupt all over, more are of no use.
  private static final int MAX_NAMED = 1_000;

  private static final long PROGRESS_NANOS = 100_000_000;

  /// About so many chunks are listed at once: the list of all chunks of a large store does not fit
  /// into memory.
  private static final int LISTED_AT_ONCE = 65_536;

  /// Values of the byte by which chunks are parted.
  private static final int MAX_PARTS = 256;

  private final LocalStore local;
  private final RootIndex index;
  private final LocalDag dag;
  private final VerifyRecord record;
  private final ChangedFiles changed;
  private final LongSupplier nanoTime;

  /// @param nanoTime monotonic, any origin
  public StoreVerify(
      LocalStore local,
      RootIndex index,
      VerifyRecord record,
      ChangedFiles changed,
      LongSupplier nanoTime) {
    this.local = local;
    this.index = index;
    this.dag = new LocalDag(local);
    this.record = record;
    this.changed = changed;
    this.nanoTime = nanoTime;
  }

  /// How far checks came.
  VerifyRecord record() {
    return record;
  }

  /// Fetches a root into the store.
  @FunctionalInterface
  public interface Repair {
    void fetch(Cid root) throws ShoalException, IOException, InterruptedException;
  }

  /// Reads and checks every copy of every chunk.
  ///
  /// @param repair fetches a root's missing chunks again
  /// @param bytesPerSecond how fast it may read; [TokenBucket#UNLIMITED] for as fast as it can
  public StoreCommands.Verified run(
      Optional<Repair> repair, long bytesPerSecond, ContentCommands.ProgressListener progress)
      throws ShoalException, IOException, InterruptedException {
    changed.rereadAll(bytesPerSecond);
    long[] all = {0, 0};
    local
        .store()
        .chunks(
            chunk -> {
              all[0]++;
              all[1] += chunk.sizeBytes();
              return true;
            });
    int parts = Math.clamp(Long.highestOneBit(all[0] / LISTED_AT_ONCE) * 2, 1, MAX_PARTS);
    VerifyPass pass = new VerifyPass(local.quarantine(), bytesPerSecond);
    List<String> corrupt = new ArrayList<>();
    RateGauge speed = new RateGauge();
    long reportedNanos = nanoTime.getAsLong();
    speed.bytesPerSecond(0, reportedNanos);
    for (int part = 0; part < parts; part++) {
      for (Cid cid : listed(part, parts)) {
        if (pass.check(cid) && corrupt.size() < MAX_NAMED) {
          corrupt.add(cid.toString());
        }
        long now = nanoTime.getAsLong();
        if (now - reportedNanos >= PROGRESS_NANOS) {
          reportedNanos = now;
          long rate = speed.bytesPerSecond(pass.bytes(), now);
          progress.progress(
              new ContentCommands.Progress("checking", pass.bytes(), all[1], rate, 0, ""));
        }
        if (Thread.interrupted()) {
          throw new InterruptedException("interrupted");
        }
        TimeUnit.NANOSECONDS.sleep(pass.debtNanos(now));
      }
    }
    Map<Cid, Set<Cid>> missing = missing();
    List<String> names = distinct(missing).map(Cid::toString).limit(MAX_NAMED).toList();
    if (repair.isPresent()) {
      repair(repair.get(), missing.keySet());
    }
    local.store().sync();
    // Counted after the sync: chunks that it could not make durable are gone again.
    long repaired = repair.isPresent() ? here(missing.values()) : 0;
    long stillMissing = missingChunks();
    try {
      record.ended(pass.chunks(), pass.bytes(), pass.corrupt(), stillMissing);
    } catch (IOException e) {
      // The result stands; only the next scheduled check comes early.
      LOG.warn("the time of this check was not saved: {}", e.getMessage());
    }
    return new StoreCommands.Verified(pass.chunks(), pass.bytes(), corrupt, names, repaired);
  }

  /// The chunks of a part, by the last byte of their digests.
  private List<Cid> listed(int part, int parts) throws IOException, RetryableException {
    List<Cid> listed = new ArrayList<>();
    local
        .store()
        .chunks(
            chunk -> {
              byte[] digest = chunk.cid().multihash().digest();
              int last = digest.length == 0 ? 0 : digest[digest.length - 1];
              if ((last & parts - 1) == part) {
                listed.add(chunk.cid());
              }
              return true;
            });
    return listed;
  }

  private static Stream<Cid> distinct(Map<Cid, Set<Cid>> missing) {
    return missing.values().stream().flatMap(Set::stream).distinct();
  }

  /// How many chunks are not here of roots that are kept in the store.
  long missingChunks() throws IOException, ShoalException {
    return distinct(missing()).count();
  }

  private Map<Cid, Set<Cid>> missing() throws IOException, ShoalException {
    Map<Cid, Set<Cid>> missing = new LinkedHashMap<>();
    for (KeptRoot root : index.all()) {
      if (root.isStored()) {
        Set<Cid> absent = absent(root.cid());
        if (!absent.isEmpty()) {
          missing.put(root.cid(), absent);
        }
      }
    }
    return missing;
  }

  private Set<Cid> absent(Cid root) throws IOException, ShoalException {
    Set<Cid> absent = new LinkedHashSet<>();
    dag.reachable(
        root,
        cid -> {
          if (!cid.isIdentity() && !local.has(cid)) {
            absent.add(cid);
          }
        });
    return absent;
  }

  private static void repair(Repair repair, Set<Cid> roots)
      throws IOException, InterruptedException {
    for (Cid root : roots) {
      try {
        repair.fetch(root);
      } catch (ShoalException e) {
        LOG.warn("{} was not repaired: {}", root, e.getMessage());
      }
    }
  }

  private long here(Collection<Set<Cid>> chunksOfRoots) throws IOException, RetryableException {
    long here = 0;
    for (Set<Cid> chunks : chunksOfRoots) {
      for (Cid cid : chunks) {
        here += local.has(cid) ? 1 : 0;
      }
    }
    return here;
  }
}
