package io.shoal.runtime.discovery;

import io.shoal.api.ChunkServer;
import io.shoal.api.Discovery;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.connection.Dialler;
import io.shoal.runtime.peer.PeerBook;
import java.util.Map;
import java.util.function.LongSupplier;

/// How peers are found and reached.
///
/// @param connections the open ones
/// @param dialler makes new ones
/// @param book what is known of peers
/// @param server what peers are served by
/// @param discoveries the active ones by plugin id
/// @param nanoTime monotonic, any origin
public record PeerNetwork(
    Connections connections,
    Dialler dialler,
    PeerBook book,
    ChunkServer server,
    Map<String, Discovery> discoveries,
    LongSupplier nanoTime) {}
