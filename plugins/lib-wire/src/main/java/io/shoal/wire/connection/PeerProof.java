package io.shoal.wire.connection;

import io.shoal.api.PeerId;

/// The identity that the peer proved in the handshake below the frames.
///
/// @param peerId the peer
/// @param channelBinding the same at both ends of this connection, and at no other
@SuppressWarnings("ArrayRecordComponent") // handed on as it is; never compared
public record PeerProof(PeerId peerId, byte[] channelBinding) {}
