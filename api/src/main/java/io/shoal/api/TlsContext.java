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

  /// The exporter label of [#channelBinding].
  String CHANNEL_BINDING_LABEL = "EXPORTER-shoal-access-1";

  /// The bytes of a [#channelBinding].
  int CHANNEL_BINDING_SIZE_BYTES = 32;

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

  /// A value that binds a proof to one connection: 32 bytes of keying material (the exporter of RFC
  /// 8446 §7.5) under the label [#CHANNEL_BINDING_LABEL] with an empty context, the same at both
  /// ends of the session and at no other.
  ///
  /// @param session one whose handshake has ended, of an engine of a node's context
  /// @return a fresh array
  /// @throws IllegalStateException the session is not of that kind
  byte[] channelBinding(SSLSession session);
}
