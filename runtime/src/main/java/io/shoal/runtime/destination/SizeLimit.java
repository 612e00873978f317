package io.shoal.runtime.destination;

import io.shoal.api.Cid;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.unit.Units;
import java.util.concurrent.atomic.AtomicLong;

/// The most that the user wants of a download, in bytes of all its files. Usable from any thread.
public final class SizeLimit {
  private final Cid root;
  private final long maxBytes;
  private final AtomicLong knownBytes = new AtomicLong();

  /// @param maxBytes [Long#MAX_VALUE] for no limit
  public SizeLimit(Cid root, long maxBytes) {
    this.root = root;
    this.maxBytes = maxBytes;
  }

  /// Compares what somebody says the whole has.
  ///
  /// @throws UserFaultException it is too large
  public void require(long wholeBytes) throws UserFaultException {
    if (wholeBytes > maxBytes) {
      throw new UserFaultException(
          "%s has %s, more than the %s that --max-size allows: allow more, or get a part of it"
              .formatted(root, Units.size(wholeBytes), Units.size(maxBytes)));
    }
  }

  /// Counts files whose size is known now.
  ///
  /// @throws UserFaultException with them the whole is too large
  void add(long bytes) throws UserFaultException {
    require(knownBytes.addAndGet(bytes));
  }
}
