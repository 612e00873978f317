package io.shoal.api;

import java.util.List;
import java.util.Set;

/// Carries chunks between this node and its peers, for one or more URI schemes.
///
/// A connection is symmetric once it is open: either side may ask the other for chunks. A transport
/// moves bytes and proves who is on the other side. The [ChunkServer] decides which peers to serve,
/// in which order and how fast; the node checks the bytes.
public non-sealed interface Transport extends Extension {

  /// The schemes that it speaks, at least one; always the same answer. Two active transports never
  /// share a scheme.
  Set<Scheme> schemes();

  /// Starts to accept connections for those of its schemes that are named, as its configuration
  /// says where. Called at most once, and not at all by a node that serves no peers.
  ///
  /// @param schemes the names to listen for, a subset of [#schemes]
  /// @param server takes every connection and its requests from now on until [#close]
  /// @return the addresses to announce, with the ports that the system chose; an unspecified host
  ///   where it listens on all interfaces
  /// @throws UserFaultException an address is in use, not ours or not permitted: the message names
  ///   it and the key to change
  List<PeerAddress> listen(Set<String> schemes, ChunkServer server)
      throws ShoalException, InterruptedException;

  /// Connects to a peer and ends the handshake. Blocks at most 10 s. The peer's requests on this
  /// connection go to `server`.
  ///
  /// @param address of one of its schemes. If it holds a peer id, any other peer there is an error
  /// @param server takes the peer's requests; [ChunkServer#NOTHING] for a node that serves no peers
  /// @return an open connection that the caller closes; `server` is notified of it too, before this
  ///   returns
  /// @throws PeerUnreachableException no peer answers there, or not in time
  /// @throws PeerFaultException the peer breaks the protocol, or is not the expected one
  /// @throws InvalidInputException the address is none of this scheme
  PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException;
}
