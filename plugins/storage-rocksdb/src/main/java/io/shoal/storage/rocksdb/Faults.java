package io.shoal.storage.rocksdb;

import io.shoal.api.RetryableException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/// Says in words for users what a failed call of the database means.
final class Faults {
  private static final String RESTART = "check the disk and its mount, then restart the node";

  private Faults() {}

  /// The database does not take a change just now, since its own work is behind.
  static boolean isBehind(RocksDBException fault) {
    return code(fault) == Status.Code.Incomplete || code(fault) == Status.Code.Busy;
  }

  /// Bytes on the disk are not those that were written.
  static boolean isCorrupt(RocksDBException fault) {
    return code(fault) == Status.Code.Corruption;
  }

  static RetryableException behind(Path folder) {
    return new RetryableException(
        folder + ": the disk cannot keep up with what is written: it goes on by itself");
  }

  /// @param what was done: `reading a chunk`
  static IOException explained(Path folder, String what, RocksDBException fault) {
    String cure =
        isCorrupt(fault)
            ? "check the disk; to begin anew, move the folder away and fetch again what was kept"
            : RESTART;
    return new IOException("%s: %s: %s: %s".formatted(folder, what, reason(fault), cure), fault);
  }

  /// The disk has no room, if that is it.
  static Optional<StoreFullException> full(Path folder, RocksDBException fault) {
    boolean noSpace =
        fault.getStatus() != null && fault.getStatus().getSubCode() == Status.SubCode.NoSpace;
    return noSpace
        ? Optional.of(
            new StoreFullException(
                folder + ": no space left on the disk: free some, then restart the node", fault))
        : Optional.empty();
  }

  static UserFaultException unusable(Path folder, RocksDBException fault) {
    String reason = reason(fault);
    if (reason.contains("LOCK") || reason.contains("lock")) {
      return new UserFaultException(
          "%s: another node uses this folder: stop it, or choose another folder with %spath"
              .formatted(folder, Settings.KEYS),
          fault);
    }
    return new UserFaultException(
        "%s: cannot be used as a store (%s): %s"
            .formatted(
                folder,
                reason,
                isCorrupt(fault)
                    ? "move it away and fetch again what was kept"
                    : "make it writable for this user, or choose another folder with "
                        + Settings.KEYS
                        + "path"),
        fault);
  }

  static UserFaultException unusable(Path folder, IOException fault) {
    return new UserFaultException(
        "%s: cannot be used as a store (%s): make it writable for this user, or choose another folder with %spath"
            .formatted(folder, fault, Settings.KEYS),
        fault);
  }

  private static Status.Code code(RocksDBException fault) {
    return fault.getStatus() == null ? Status.Code.Undefined : fault.getStatus().getCode();
  }

  private static String reason(RocksDBException fault) {
    return String.valueOf(fault.getMessage()).replaceAll("\\s+", " ").strip();
  }

  /// A size as messages have it.
  static String size(long bytes) {
    if (bytes < 1_000_000) {
      return bytes < 1_000 ? bytes + " B" : bytes / 1_000 + " kB";
    }
    return bytes < 1_000_000_000
        ? bytes / 1_000_000 + " MB"
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
