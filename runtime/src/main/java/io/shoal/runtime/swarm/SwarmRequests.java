package io.shoal.runtime.swarm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The requests of one download that are on their way. Confined to the swarm's thread.
final class SwarmRequests {
  private final Map<Integer, SwarmRequest> byId = new HashMap<>();
  private final Map<Integer, List<SwarmRequest>> byChunk = new HashMap<>();
  private int next;

  int size() {
    return byId.size();
  }

  Optional<SwarmRequest> get(int id) {
    return Optional.ofNullable(byId.get(id));
  }

  SwarmRequest open(SwarmPeer peer, int chunk, long nowMillis) {
    SwarmRequest request = new SwarmRequest(next++, chunk, peer, nowMillis);
    byId.put(request.id, request);
    peer.asked(request);
    byChunk.computeIfAbsent(chunk, any -> new ArrayList<>(1)).add(request);
    return request;
  }

  void close(SwarmRequest request) {
    byId.remove(request.id);
    request.peer.ended(request);
    List<SwarmRequest> asked = byChunk.get(request.chunk);
    if (asked != null) {
      asked.remove(request);
      if (asked.isEmpty()) {
        byChunk.remove(request.chunk);
      }
    }
  }

  /// Those for a chunk, as they are now.
  List<SwarmRequest> of(int chunk) {
    return List.copyOf(byChunk.getOrDefault(chunk, List.of()));
  }

  /// Those of every chunk that is asked for.
  Collection<List<SwarmRequest>> byChunk() {
    return byChunk.values();
  }

  boolean isAskedOf(SwarmPeer peer, int chunk) {
    for (SwarmRequest request : byChunk.getOrDefault(chunk, List.of())) {
      if (request.peer == peer) {
        return true;
      }
    }
    return false;
  }

  /// Whether a request counts for the chunk.
  boolean isTakenCareOf(int chunk) {
    List<SwarmRequest> asked = byChunk.get(chunk);
    return asked != null && asked.stream().anyMatch(request -> request.counts);
  }
}
