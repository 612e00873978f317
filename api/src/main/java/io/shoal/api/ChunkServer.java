package io.shoal.api;

import java.nio.ByteBuffer;

/// The runtime's side of all connections: admits, orders and meters what this node gives. A
/// transport calls it, and never decides fairness itself.
///
/// Methods may block unless they say otherwise, and are called from virtual threads, each request
/// from one of its own. Calls for one connection come between its [#connected] and [#disconnected].
public interface ChunkServer {

  /// Refuses every request.
  ChunkServer NOTHING = new ServesNothing();

  /// A connection is open, inbound or outbound. Must return soon; may close it.
  void connected(PeerConnection connection);

  /// The connection is closed, by whichever side. The last call for it.
  void disconnected(PeerConnection connection);

  /// A peer asks for a chunk. Blocks until the request's turn has come or it is refused.
  ///
  /// @return an answer; a [ServeAnswer.Serve] holds a lease that the transport closes
  /// @throws InterruptedException the transport interrupts the thread when the peer takes the
  ///   request back or goes away
  ServeAnswer request(PeerConnection from, ChunkRequest request) throws InterruptedException;

  /// A peer asks what this node has of `root`'s DAG. `listener` is called at once and then for
  /// every change until the returned watch is closed; calling it never blocks for long: the
  /// transport joins updates that the peer has not taken yet.
  PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener);

  /// A peer sent a small message. Called in the order of arrival, one at a time a connection.
  ///
  /// @param bytes valid during the call only
  void message(PeerConnection from, int type, ByteBuffer bytes);
}
