package io.shoal.api;

import java.util.Optional;
import java.util.Set;

/// Who is on the other side of a connection.
///
/// @param address where the bytes come from; of a peer that dialled us, not where it listens
/// @param listenAddress where the peer says that it accepts connections, its host made that of `address`; empty if it says nothing. A hint
/// @param provenId its identity, if the scheme proves it
/// @param agent what it calls its program, at most 64 printable characters; a courtesy
/// @param features what it says it can do, at most 32 words
/// @param outbound whether this node dialled
public record RemotePeer(
    PeerAddress address,
    Optional<PeerAddress> listenAddress,
    Optional<PeerId> provenId,
    String agent,
    Set<String> features,
    boolean outbound) {

  public RemotePeer {
    features = Set.copyOf(features);
  }
}
