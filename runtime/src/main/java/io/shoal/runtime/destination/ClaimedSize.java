package io.shoal.runtime.destination;

import io.shoal.api.Cid;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// The size that a link gives, compared before anything is asked for. It is a claim: the true size
/// is compared in any case, once it is known.
///
/// @param bytes of all files
public record ClaimedSize(Cid root, long bytes) {
  private static final String CURE = ", or give the id alone if the link is wrong";

  /// @param maxBytes the most that the user wants
  /// @param target where it is to go
  /// @throws UserFaultException it is too large
  public void require(long maxBytes, Path target) throws IOException, UserFaultException {
    if (bytes > maxBytes) {
      throw new UserFaultException(
          "%s: its link says that it has %s, more than the %s that --max-size allows: allow more, get a part of it%s"
              .formatted(root, Units.size(bytes), Units.size(maxBytes), CURE));
    }
    Path folder = target.getParent();
    boolean resumed = Files.exists(DownloadJournal.partOf(target), LinkOption.NOFOLLOW_LINKS);
    if (folder == null || resumed || !Files.isDirectory(folder)) {
      return; // how much is there already, or what is wrong with the place, shows later
    }
    DestinationRoom room = DestinationRoom.of(folder);
    if (bytes > room.availableBytes()) {
      throw new UserFaultException(
          "%s: its link says that it has %s, and the disk of %s has %s: free some, choose another place with -o%s"
              .formatted(root, Units.size(bytes), folder, room.free(), CURE));
    }
  }
}
