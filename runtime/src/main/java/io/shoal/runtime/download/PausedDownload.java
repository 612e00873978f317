package io.shoal.runtime.download;

/// A download that waits for room on the disk.
///
/// @param why one line that begins with `paused`
public record PausedDownload(DownloadRequest wanted, DownloadCounters counters, String why) {}
