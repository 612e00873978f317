package io.shoal.api;

import java.nio.file.Path;

/// A file that a store refers to, as it was when the reference began.
///
/// @param path absolute and normalised
/// @param sizeBytes its size; of a growing reference the size at its begin
/// @param modifiedNanos its modification time in nanoseconds since 1970-01-01T00:00Z
/// @param inode the file's key in its file system, or 0 where there is none
/// @param growing whether the node is still writing it
public record FileRef(
    Path path, long sizeBytes, long modifiedNanos, long inode, boolean growing) {}
