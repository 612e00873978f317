package io.shoal.api;

import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/// Makes TLS engines that speak TLS 1.3 only, present this node's host certificate, and accept
/// exactly one valid host certificate from the other side (libp2p TLS: self-signed, with the host
/// key extension).
///
/// Usable from any thread; the engines are not.
public interface TlsContext {

  /// An engine for the side that dialled.
  ///
  /// @param expected the peer that was meant to be reached; any other fails the handshake. Empty
  ///   accepts any peer.
  SSLEngine clientEngine(Optional<PeerId> expected);

  /// An engine for the side that was dialled; it requires the other's certificate.
  SSLEngine serverEngine();

  /// The peer on the other side of a session whose handshake has ended. A client must treat it as
  /// proven by the server only; a server's acceptance is known to the client with the first bytes
  /// that the server sends.
  ///
  /// @throws PeerFaultException the session carries no host certificate
  PeerId peerId(SSLSession session) throws PeerFaultException;
}
