package io.shoal.runtime.swarm;

import io.shoal.runtime.peer.Reputation;
import java.util.List;

/// An action that a [Swarm] wants done.
public sealed interface SwarmAction {

  /// Ask `peer` for `chunk`; report the outcome under `request`.
  record Fetch(int request, int peer, int chunk) implements SwarmAction {}

  /// The request is not needed any more: take it back. Its outcome is not awaited.
  record Cancel(int request) implements SwarmAction {}

  /// Announce to `peers` that the chunks at `positions` are being fetched from a complete peer.
  record Announce(List<Integer> peers, List<Integer> positions) implements SwarmAction {}

  /// A peer did something that counts against it.
  record Blame(int peer, Reputation.Penalty penalty) implements SwarmAction {}

  /// Stop using a peer: it left the swarm.
  ///
  /// @param ban whether it did harm and is banned
  record Drop(int peer, String reason, boolean ban) implements SwarmAction {}
}
