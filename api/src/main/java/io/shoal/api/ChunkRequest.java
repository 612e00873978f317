package io.shoal.api;

import java.util.Optional;

/// A request for one chunk.
///
/// @param cid the chunk
/// @param root the DAG in whose course it is asked for, if any: lets the other side apply rules of sharing and find the chunk in a file that it serves in place
public record ChunkRequest(Cid cid, Optional<Cid> root) {}
