package io.shoal.storage.s3;

import io.shoal.api.Multihash;
import io.shoal.api.RetryableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes corrupt chunks out of the way: each is copied to where the user can look at it, then
/// removed from where chunks are.
final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  /// Objects that are kept for a look: more of them say no more.
  static final int MAX_OBJECTS = 100;

  private final Bucket bucket;
  private final ObjectKeys keys;

  /// Removals that run. Of readers that found the same corrupt copy, one removes it; the others
  /// wait and find that it is gone.
  private final Map<String, CompletableFuture<Boolean>> running = new ConcurrentHashMap<>();

  Quarantine(Bucket bucket, ObjectKeys keys) {
    this.bucket = bucket;
    this.keys = keys;
  }

  /// Removes a copy if it is still there.
  ///
  /// @return whether it was
  boolean discard(Multihash chunk, Bucket.Content corrupt, Deadline deadline)
      throws IOException, RetryableException {
    String key = keys.of(chunk);
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    while (true) {
      CompletableFuture<Boolean> other = running.putIfAbsent(key, mine);
      if (other == null) {
        break;
      }
      await(other, deadline);
    }
    try {
      return remove(chunk, key, corrupt, deadline);
    } finally {
      running.remove(key, mine);
      mine.complete(true);
    }
  }

  private static void await(CompletableFuture<Boolean> other, Deadline deadline)
      throws IOException, RetryableException {
    try {
      other.get(Math.max(0, deadline.leftNanos()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a corrupt chunk is removed");
    } catch (TimeoutException | ExecutionException e) {
      throw new RetryableException("a corrupt chunk is not removed in time: try again later", e);
    }
  }

  private boolean remove(Multihash chunk, String key, Bucket.Content corrupt, Deadline deadline)
      throws IOException, RetryableException {
    Optional<Bucket.Entry> now = bucket.head(key, deadline);
    if (now.isEmpty() || !now.get().etag().equals(corrupt.etag())) {
      return false;
    }
    int kept =
        bucket.list(keys.quarantine(), Optional.empty(), MAX_OBJECTS, deadline).entries().size();
    if (kept < MAX_OBJECTS) {
      boolean _ =
          bucket.putIfAbsent(keys.quarantined(chunk, corrupt.etag()), corrupt.bytes(), deadline);
    } else {
      LOG.warn("{} has {} objects: {} is removed without a copy", keys.quarantine(), kept, key);
    }
    return bucket.deleteIfUnchanged(now.get(), deadline);
  }
}
