package io.shoal.api;

/// A file in a [Content].
///
/// @param path where it is below the content, with `/` between names that passed the node's check
///   of names; empty if the content is a file itself
/// @param sizeBytes its size in bytes
@Experimental
public record FileEntry(String path, long sizeBytes) {}
