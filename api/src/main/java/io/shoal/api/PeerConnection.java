package io.shoal.api;

import java.nio.ByteBuffer;
import java.util.Optional;

/// An open connection to a peer. Every method may be called from any thread.
///
/// It is one object: [Transport#connect] returns the very object that [ChunkServer#connected] got,
/// and every later call of the [ChunkServer] passes it again. The node tells connections apart by
/// identity and never calls `equals` or `hashCode`.
public interface PeerConnection extends AutoCloseable {

  /// The most bytes that a message may have.
  int MAX_MESSAGE_SIZE_BYTES = 32 * 1024;

  /// The most requests that may wait for their end on one connection; further ones are refused by
  /// the other side as [Refusal.Busy].
  int MAX_REQUESTS = 256;

  /// The most watches of one connection.
  int MAX_WATCHES = 1_024;

  /// The peer on the other side.
  ///
  /// @return always the same answer, also after [#close]
  RemotePeer remote();

  /// A value that the two ends of this one connection share and no other connection has: a relay
  /// between two connections has two values, and can choose neither (a channel binding, RFC 9266).
  /// A transport takes it from [TlsContext#channelBinding(javax.net.ssl.SSLSession)], or from
  /// [TlsContext#channelBinding(java.security.cert.Certificate, java.security.cert.Certificate,
  /// byte[], byte[])] where its TLS has no exporter.
  ///
  /// @return 32 bytes, a fresh array; always the same answer, also after [#close]. Present on every
  ///   connection of a scheme with [Scheme.Trait#BINDS]; empty by default
  default Optional<byte[]> channelBinding() {
    return Optional.empty();
  }

  /// Asks for a chunk. Returns as soon as the request is queued for sending; many may be on their
  /// way at once, and they may end in any order.
  ///
  /// @param request the chunk; never an identity CID
  /// @return the coming bytes; the caller closes it, which also takes the request back if it has
  ///   not ended
  /// @throws PeerUnreachableException the connection is closed
  ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException;

  /// Asks the peer what it has of `root`'s DAG, now and later. Returns at once.
  ///
  /// By default the answer is [Availability.Unknown], for schemes without
  /// [Scheme.Trait#AVAILABILITY]: the node then asks the peer for chunks and learns by its
  /// refusals.
  ///
  /// @param root the DAG
  /// @param listener called in order, from one thread at a time, first with a
  ///   [Availability.Snapshot], [Availability.Complete] or [Availability.Unknown]; perhaps before
  ///   this returns
  /// @return closes the watch; at most [#MAX_WATCHES] are open on a connection
  /// @throws PeerUnreachableException the connection is closed
  /// @throws IllegalStateException there are too many watches
  default Watch watch(Cid root, AvailabilityListener listener) throws PeerUnreachableException {
    listener.availability(new Availability.Unknown());
    return () -> {};
  }

  /// Sends a small message of the node to the peer's [ChunkServer#message]. Messages arrive in
  /// order, or the connection is lost. Blocks while more than 64 messages wait to be sent.
  ///
  /// By default it throws: the node calls it only where the scheme has [Scheme.Trait#MESSAGES].
  ///
  /// @param type what it is about, 0 to 65,535; a receiver ignores types that it does not know
  /// @param bytes the remaining bytes, at most [#MAX_MESSAGE_SIZE_BYTES], in a heap or direct
  ///   buffer. They are copied before this returns, and the buffer's position is then its limit; if
  ///   this throws, the position is anywhere between
  /// @throws PeerUnreachableException the connection is closed
  /// @throws InterruptedException the caller was interrupted; whether the message is sent is not
  ///   known
  /// @throws IllegalArgumentException the type or the size is out of bounds
  /// @throws UnsupportedOperationException the scheme has no messages
  default void send(int type, ByteBuffer bytes)
      throws PeerUnreachableException, InterruptedException {
    throw new UnsupportedOperationException("a scheme without MESSAGES sends none");
  }

  /// Whether it is open.
  ///
  /// @return false from the begin of [#close] on, and from when its end was noticed
  boolean isOpen();

  /// The peer's breach of the protocol's rules, if that is why the connection ended. It counts
  /// against the peer.
  ///
  /// @return one line, known when [ChunkServer#disconnected] is called. Empty as long as the
  ///   connection is open, if it ended otherwise, and if the transport cannot know, as by default
  default Optional<String> fault() {
    return Optional.empty();
  }

  /// Closes it, for no particular reason. Bodies that wait end with [Refusal.Gone] within a second;
  /// [ChunkServer#disconnected] follows. Does not block. Safe to call twice.
  @Override
  void close();

  /// Closes it as [#close()] does, and says why, as far as the wire has a word for it. By default
  /// the reason is lost.
  ///
  /// @param reason for the peer; only the first call's counts
  default void close(Reason reason) {
    close();
  }

  /// Why a node closes a connection. Later versions may have more: a `switch` needs a `default`,
  /// which is [#UNUSED].
  enum Reason {
    /// It has no more use for it.
    UNUSED,
    /// The peer broke the rules, or is banned for what it did before.
    FAULT,
    /// There is no room for it, or another connection takes its place.
    FULL,
    /// The node stops.
    STOPPING,
    /// The peer sent or took nothing for too long.
    IDLE,
    /// The peer may not take part (`access`).
    DENIED
  }

  /// A question for a peer's availability that stays open.
  interface Watch extends AutoCloseable {
    /// Ends it: no call of the listener begins afterwards; one that runs may still be ending. Does
    /// not block. Safe to call twice.
    @Override
    void close();
  }

  /// Takes reports of what a peer has.
  @FunctionalInterface
  interface AvailabilityListener {
    /// Takes a report. Must not block, and may call anything of this API.
    ///
    /// @param news the report
    void availability(Availability news);
  }
}
