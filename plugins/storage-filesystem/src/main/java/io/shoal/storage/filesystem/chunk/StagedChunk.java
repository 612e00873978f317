package io.shoal.storage.filesystem.chunk;

/// A chunk that was put in and not synced.
///
/// @param number keeps apart two that are put in one after the other under one key
public record StagedChunk(ChunkKey key, long number, int sizeBytes) {}
