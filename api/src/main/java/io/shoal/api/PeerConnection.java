package io.shoal.api;

import java.nio.ByteBuffer;
import java.util.Optional;

/// An open connection to a peer. Every method may be called from any thread.
public interface PeerConnection extends AutoCloseable {

  /// The most bytes that a message may have.
  int MAX_MESSAGE_SIZE_BYTES = 32 * 1024;

  /// The most requests that may wait for their end on one connection; further ones are refused by
  /// the other side as [Refusal.Busy].
  int MAX_REQUESTS = 256;

  /// The peer on the other side. Always the same answer.
  RemotePeer remote();

  /// A value that the two ends of this one connection share and that no party between them can
  /// choose: a relay between two connections has two values (a channel binding, RFC 9266; for TLS
  /// 1.3 see [TlsContext#channelBinding]). Always the same answer, also after [#close].
  ///
  /// @return 32 bytes, a fresh array; present exactly where the scheme is
  ///   [Scheme.Protection#ENCRYPTED]
  default Optional<byte[]> channelBinding() {
    return Optional.empty();
  }

  /// Asks for a chunk. Returns as soon as the request is queued for sending; many may be on their
  /// way at once, and they may end in any order.
  ///
  /// @return the coming bytes; the caller closes it, which also takes the request back if it has
  ///   not ended
  /// @throws PeerUnreachableException the connection is closed
  ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException;

  /// Asks the peer what it has of `root`'s DAG, now and later. Returns at once.
  ///
  /// @param listener called in order, from one thread at a time, first with a
  ///   [Availability.Snapshot] or [Availability.Unknown]
  /// @return closes the watch; at most 1,024 watches a connection
  /// @throws PeerUnreachableException the connection is closed
  Watch watch(Cid root, AvailabilityListener listener) throws PeerUnreachableException;

  /// Sends a small message of the runtime to the peer's [ChunkServer#message]. Messages arrive in
  /// order, or the connection is lost. Blocks while more than 64 messages wait to be sent.
  ///
  /// @param type what it is about, 0 to 65,535; a receiver ignores types that it does not know
  /// @param bytes the remaining bytes, at most [#MAX_MESSAGE_SIZE_BYTES]; copied before this
  ///   returns
  /// @throws PeerUnreachableException the connection is closed
  void send(int type, ByteBuffer bytes) throws PeerUnreachableException, InterruptedException;

  /// Whether it is still open.
  boolean isOpen();

  /// The peer's breach of the protocol's rules, in one line, if that is why the connection ended;
  /// known when [ChunkServer#disconnected] is called. It counts against the peer. Empty as long as
  /// the connection is open, if it ended otherwise, and if the transport cannot know.
  default Optional<String> fault() {
    return Optional.empty();
  }

  /// Closes it. Bodies that wait end with [Refusal.Gone] within a second;
  /// [ChunkServer#disconnected] follows. Safe to call twice.
  @Override
  void close();

  /// A question for a peer's availability that stays open.
  interface Watch extends AutoCloseable {
    /// Ends it: the listener is not called afterwards. Safe to call twice.
    @Override
    void close();
  }

  /// Takes reports of what a peer has.
  @FunctionalInterface
  interface AvailabilityListener {
    /// Must not block.
    void availability(Availability news);
  }
}
