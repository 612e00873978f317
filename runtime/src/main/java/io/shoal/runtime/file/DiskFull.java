package io.shoal.runtime.file;

import io.shoal.api.StoreFullException;
import java.io.IOException;
import java.util.Optional;

/// Recognises a full disk among other faults: writing goes on once there is room.
public final class DiskFull {
  /// How deep a fault may be wrapped; a chain of causes that is longer has a loop.
  private static final int MAX_CAUSES = 16;

  private DiskFull() {}

  /// The typed error for a fault that has a full disk, quota or floor as its cause; empty for any
  /// other fault.
  public static Optional<StoreFullException> of(Exception fault) {
    Throwable cause = fault;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
      if (cause instanceof StoreFullException typed) {
        return Optional.of(typed);
      }
      if (cause instanceof IOException io && saysFull(io)) {
        return Optional.of(
            new StoreFullException(
                "%s: free some space; what waits goes on by itself".formatted(fault.getMessage()),
                fault));
      }
    }
    return Optional.empty();
  }

  /// Java passes on the words of the system only. The filesystem plugin knows the same words in its
  /// `DiskFaults`: a plugin does not see this class.
  private static boolean saysFull(IOException fault) {
    String text = String.valueOf(fault.getMessage());
    return text.contains("No space left on device")
        || text.contains("Disk quota exceeded")
        || text.contains("There is not enough space on the disk");
  }
}
