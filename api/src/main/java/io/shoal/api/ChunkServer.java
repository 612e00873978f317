package io.shoal.api;

import java.nio.ByteBuffer;

/// The node's side of all connections: admits, orders and meters what this node gives. A transport
/// calls it, and never decides fairness itself.
///
/// Methods may block unless they say otherwise, and are called from virtual threads, each request
/// from one of its own, without a lock held. For one connection the calls come between its
/// [#connected] and its [#disconnected], always with the same object: connections are told apart by
/// identity.
public interface ChunkServer {

  /// Refuses every request.
  ChunkServer NOTHING = new ServesNothing();

  /// A connection is open: an inbound one, or one that this node dialled, whose [Transport#connect]
  /// then returns the same object after this call. Returns soon. It may close the connection, send
  /// over it and ask for chunks.
  ///
  /// @param connection the open connection
  void connected(PeerConnection connection);

  /// A connection is closed, by whichever side. The last call for it, exactly one, after all others
  /// for it have returned (calls that block are interrupted; one that does not end within some
  /// seconds need not be waited for).
  ///
  /// @param connection the closed connection
  void disconnected(PeerConnection connection);

  /// A peer asks for a chunk. Blocks until the request's turn has come or it is refused.
  ///
  /// @param from the connection that it came over
  /// @param request the chunk
  /// @return an answer; a [ServeAnswer.Serve] holds a lease that the transport closes
  /// @throws InterruptedException the transport interrupts the thread when the peer takes the
  ///   request back or goes away
  ServeAnswer request(PeerConnection from, ChunkRequest request) throws InterruptedException;

  /// A peer asks what this node has of `root`'s DAG. `listener` is called at once and then for
  /// every change until the returned watch is closed: in order, one call at a time, from any
  /// thread, without a lock of the node held. It must not block: the transport joins reports that
  /// the peer has not taken yet.
  ///
  /// @param from the connection that the question came over
  /// @param root the DAG
  /// @param listener takes the reports
  /// @return ends the reports; the transport closes it when the peer does or the connection ends
  PeerConnection.Watch watch(
      PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener);

  /// A peer sent a small message. Called in the order of arrival, one at a time a connection.
  ///
  /// @param from the connection that it came over
  /// @param type what it is about, 0 to 65,535
  /// @param bytes valid during the call only; may be read-only, and read to any position
  void message(PeerConnection from, int type, ByteBuffer bytes);
}
