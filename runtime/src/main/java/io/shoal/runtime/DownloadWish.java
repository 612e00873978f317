package io.shoal.runtime;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a download is to do.
///
/// @param root what
/// @param name its name, for reports
/// @param target where to; empty to fetch into the store alone
/// @param peers addresses to use instead of discovery, if there are any
/// @param timeout the most time without a verified byte; empty for the default
/// @param keep whether to write every chunk into the store
/// @param sync whether to force the files to the medium before success is told
/// @param replace whether a file in the way may be replaced
/// @param wholeDigest the SHA-256 that the file must have, hex
record DownloadWish(
    Cid root,
    String name,
    Optional<Path> target,
    List<PeerAddress> peers,
    Optional<Duration> timeout,
    boolean keep,
    boolean sync,
    boolean replace,
    Optional<String> wholeDigest) {

  /// The most time without a single verified byte, if the user says none.
  static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  static DownloadWish intoStore(Cid root, Optional<Duration> timeout) {
    return new DownloadWish(
        root, "", Optional.empty(), List.of(), timeout, true, false, false, Optional.empty());
  }

  Duration patience() {
    return timeout.orElse(DEFAULT_TIMEOUT);
  }
}
