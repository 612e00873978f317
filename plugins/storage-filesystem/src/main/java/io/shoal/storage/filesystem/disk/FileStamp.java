package io.shoal.storage.filesystem.disk;

/// A file as the file system reports it: enough to see that it was changed or replaced.
///
/// @param regular whether it is a plain file: no folder, link or device
/// @param sizeBytes its size
/// @param modifiedNanos when its content changed, in nanoseconds since 1970
/// @param changedNanos when its content, name or rights changed; 0 where the system does not report
///   it
/// @param inode its key in its file system; 0 where there is none
public record FileStamp(
    boolean regular, long sizeBytes, long modifiedNanos, long changedNanos, long inode) {}
