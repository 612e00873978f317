package io.shoal.api;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Carries chunks between this node and its peers, for one or more URI schemes.
///
/// A transport moves bytes and proves the identity of the other side. The [ChunkServer] decides
/// which peers to serve, in which order and how fast; the node checks the bytes. What a scheme's
/// connections can do beyond fetching chunks, such as asking in both directions, its
/// [traits][Scheme.Trait] declare.
public non-sealed interface Transport extends Extension {

  /// The schemes that it speaks. Two active transports never share one.
  ///
  /// @return at least one; always the same answer, also before [#start] and after [#close]
  Set<Scheme> schemes();

  /// Starts to accept connections for those of its schemes that are named, where its configuration
  /// says. Called at most once, and not at all by a node that serves no peers or uses none of its
  /// schemes.
  ///
  /// It returns within `plugins.startTimeout` (default 30 s): slow work, such as reserving a place
  /// at a relay, goes on in the background and is reported to `changed`. A call that misses it is
  /// interrupted and given up. Whatever this throws ends the use of this transport, not the node,
  /// as long as another one listens.
  ///
  /// @param schemes the names to listen for, a subset of [#schemes]; not empty
  /// @param server takes every connection and its requests from now on until [#close]
  /// @param changed takes all endpoints whenever they change: an interface came or went, a relay
  ///   gave a place. They replace what was known before, and are announced. From any thread, one
  ///   call at a time; it does not block. May be called before this returns, not after
  ///   [Listener#close]
  /// @return the open listener, which the node closes
  /// @throws UserFaultException an address is in use, not ours or not permitted: the message names
  ///   it and the key to change
  /// @throws ShoalException anything else that keeps it from listening
  /// @throws InterruptedException the deadline passed or the node stops; nothing stays open
  Listener listen(Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
      throws ShoalException, InterruptedException;

  /// Connects to a peer and ends the handshake. Blocks at most 10 s. The peer's requests on this
  /// connection go to `server`.
  ///
  /// It may dial from the socket that listens, so that routers on the way show peers one address. A
  /// scheme without connections of its own (HTTP) may return at once and dial at the first request.
  ///
  /// @param address of one of its schemes. If it holds a peer id, any other peer there is an error
  /// @param server takes the peer's requests; [ChunkServer#NOTHING] for a node that serves no peers
  /// @return an open connection that the caller closes: the very object that `server` got by
  ///   [ChunkServer#connected] before this returns
  /// @throws PeerUnreachableException no peer answers there, or not in time
  /// @throws PeerFaultException the peer breaks the protocol, or is not the expected one
  /// @throws InvalidInputException the address is none of its schemes, or of another form
  /// @throws ShoalException any other reason why there is no connection
  /// @throws InterruptedException the caller no longer wants it; nothing stays open
  PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException;

  /// An endpoint of its own as others reach it under another host and port: a port that a router
  /// maps to [Endpoint#socket], the address that peers see. Only the transport can write such an
  /// address, since the form of its addresses is its own. Does not block.
  ///
  /// @param endpoint one that its listener reported
  /// @param outside the host, by number, and port that others use
  /// @return the address to announce; empty if the scheme's addresses hold no host and port
  default Optional<PeerAddress> seenAs(Endpoint endpoint, InetSocketAddress outside) {
    return Optional.empty();
  }

  /// Accepts connections until it is closed. Usable from any thread.
  interface Listener extends AutoCloseable {

    /// The most endpoints of one listener; the node ignores those beyond it.
    int MAX_ENDPOINTS = 64;

    /// Where it can be reached now. Does not block.
    ///
    /// @return all endpoints, with the ports that the system chose, those to prefer first; may be
    ///   empty as long as there are none
    List<Endpoint> endpoints();

    /// Accepts no more connections and reports no more changes; connections that are open go on,
    /// and so does [Transport#connect]. Returns within a second. Safe to call twice, and after
    /// [Transport#close], which closes the listener too.
    @Override
    void close();
  }
}
