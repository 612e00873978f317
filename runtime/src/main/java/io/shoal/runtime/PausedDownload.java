package io.shoal.runtime;

/// A download that waits for room on the disk.
///
/// @param why one line that begins with `paused`
record PausedDownload(DownloadWish wish, DownloadTally tally, String why) {}
