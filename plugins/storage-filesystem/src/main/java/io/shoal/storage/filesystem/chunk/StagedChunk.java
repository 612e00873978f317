package io.shoal.storage.filesystem.chunk;

/// A chunk that was committed and not synced.
///
/// @param number keeps apart two that are committed one after the other under one key
public record StagedChunk(ChunkKey key, long number, int sizeBytes) {}
