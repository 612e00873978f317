package io.shoal.runtime.maintenance;

import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import io.shoal.runtime.limit.TokenBucket;
import io.shoal.runtime.store.Quarantine;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One pass over chunks: checks each, counts, and says how long to wait so that a rate is kept.
/// Confined to one thread.
final class VerifyPass {
  private static final Logger LOG = LoggerFactory.getLogger(VerifyPass.class);

  private static final double NANOS_PER_SECOND = 1e9;

  private final Quarantine quarantine;
  private final long bytesPerSecond;
  private long chunks;
  private long bytes;
  private long corrupt;
  private long unpaidBytes;
  private long paidUntilNanos;
  private boolean paying;

  /// @param bytesPerSecond [TokenBucket#UNLIMITED] for no limit
  VerifyPass(Quarantine quarantine, long bytesPerSecond) {
    this.quarantine = quarantine;
    this.bytesPerSecond = bytesPerSecond;
  }

  /// Checks every copy of a chunk; corrupt ones are quarantined. A chunk that cannot be read at all
  /// counts as corrupt and stays: with a loose cable, a whole store cannot be read for a while.
  ///
  /// @return whether a copy was corrupt
  /// @throws RetryableException the store is out of reach just now, which says nothing of the chunk
  boolean check(Cid cid) throws RetryableException {
    boolean found;
    try {
      found = quarantine.audit(cid, this::read) > 0;
    } catch (IOException e) {
      LOG.warn("{} cannot be checked: {}", cid, e.getMessage());
      found = true;
    }
    chunks++;
    corrupt += found ? 1 : 0;
    return found;
  }

  private void read(long more) {
    bytes += more;
    unpaidBytes += more;
  }

  /// How long to wait before the next chunk.
  long debtNanos(long nowNanos) {
    if (bytesPerSecond == TokenBucket.UNLIMITED) {
      return 0;
    }
    if (!paying || paidUntilNanos < nowNanos) {
      // What was not used is lost: after a pause it must not catch up in a burst.
      paidUntilNanos = nowNanos;
      paying = true;
    }
    paidUntilNanos += (long) (unpaidBytes * NANOS_PER_SECOND / bytesPerSecond);
    unpaidBytes = 0;
    return paidUntilNanos - nowNanos;
  }

  long chunks() {
    return chunks;
  }

  long bytes() {
    return bytes;
  }

  long corrupt() {
    return corrupt;
  }
}
