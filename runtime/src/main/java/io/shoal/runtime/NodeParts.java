package io.shoal.runtime;

import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkStore;
import io.shoal.api.Discovery;
import io.shoal.api.Verifier;
import io.shoal.runtime.connection.Links;
import io.shoal.runtime.limit.BufferPool;
import io.shoal.runtime.limit.FairMeter;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.serving.Watchers;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.store.InUse;
import io.shoal.runtime.store.StoreCheck;
import io.shoal.runtime.store.VerifiedChunks;
import java.nio.file.Path;
import java.util.Map;

/// What the work of one node shares.
///
/// @param store where chunks are kept
/// @param newContent names new content
/// @param check checks chunks of every kind
/// @param verified what this process has checked
/// @param storeCheck finds out what is rotten in the store, and sets it aside
/// @param buffers for chunks on their way in
/// @param downloadMeter the node's download rates
/// @param inUse what garbage collection must leave to running work
/// @param links connections
/// @param book what is known of peers
/// @param watchers who wants to hear what is here
/// @param server what peers are served by
/// @param discoveries the active ones by plugin id
/// @param folder the runtime's own folder below the data folder
public record NodeParts(
    ChunkStore store,
    Verifier newContent,
    ChunkCheck check,
    VerifiedChunks verified,
    StoreCheck storeCheck,
    BufferPool buffers,
    FairMeter downloadMeter,
    InUse inUse,
    Links links,
    PeerBook book,
    Watchers watchers,
    ChunkServer server,
    Map<String, Discovery> discoveries,
    Path folder) {}
