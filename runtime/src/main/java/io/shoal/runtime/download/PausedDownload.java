package io.shoal.runtime.download;

/// A download that waits for room on the disk.
///
/// @param why one line that begins with `paused`
public record PausedDownload(DownloadRequest request, DownloadCounters counters, String why) {}
