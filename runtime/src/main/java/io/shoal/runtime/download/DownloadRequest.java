package io.shoal.runtime.download;

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
/// @param reader who takes a file's leaves in order as they come; then there is no target, and
///   nothing but the DAG's nodes is stored
/// @param peers addresses to use instead of discovery, if there are any
/// @param timeout the most time in all; empty for [#PATIENCE] without a verified byte. With a
///   reader, who may be slow, the most time without a verified byte that it waits for
/// @param keep whether to write every chunk into the store
/// @param sync whether to force the files to the medium before success is told
/// @param replace whether a file in the way may be replaced
/// @param wholeDigest the SHA-256 that the file must have, hex
public record DownloadRequest(
    Cid root,
    String name,
    Optional<Path> target,
    Optional<LeafWindow> reader,
    List<PeerAddress> peers,
    Optional<Duration> timeout,
    boolean keep,
    boolean sync,
    boolean replace,
    Optional<String> wholeDigest) {

  /// The most time without a single verified byte, if the user sets no time: a large download may
  /// take days, a stuck one should not.
  static final Duration PATIENCE = Duration.ofMinutes(5);

  public static DownloadRequest intoStore(Cid root, Optional<Duration> timeout) {
    return new DownloadRequest(
        root,
        "",
        Optional.empty(),
        Optional.empty(),
        List.of(),
        timeout,
        true,
        false,
        false,
        Optional.empty());
  }

  public static DownloadRequest streamed(Cid root, LeafWindow reader, Duration timeout) {
    return new DownloadRequest(
        root,
        "",
        Optional.empty(),
        Optional.of(reader),
        List.of(),
        Optional.of(timeout),
        false,
        false,
        false,
        Optional.empty());
  }

  /// The same with less time.
  DownloadRequest within(Duration timeout) {
    return new DownloadRequest(
        root, name, target, reader, peers, Optional.of(timeout), keep, sync, replace, wholeDigest);
  }

  /// Whether the user said how long the whole may take.
  boolean timed() {
    return timeout.isPresent() && reader.isEmpty();
  }

  /// When to give up.
  ///
  /// @param lastProgressMillis when the last byte was verified, counted from the download's begin
  long deadlineMillis(long lastProgressMillis) {
    long millis = timeout.orElse(PATIENCE).toMillis();
    return timed() ? millis : lastProgressMillis + millis;
  }
}
