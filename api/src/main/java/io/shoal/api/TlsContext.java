package io.shoal.api;

import java.security.cert.Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// Makes TLS engines that speak TLS 1.3 only, present this node's host certificate, and accept
/// exactly one valid host certificate from the other side (libp2p TLS: self-signed, with the host
/// key extension).
///
/// A transport whose protocol brings a TLS of its own (QUIC) takes the parts instead:
/// [#keyManager], [#trustManager], [#peerId(Certificate[])] and the channel binding without an
/// exporter. It then speaks TLS 1.3 only, demands a certificate of the client, and checks the
/// application protocol itself.
///
/// Usable from any thread; the engines are not.
public interface TlsContext {

  /// The exporter label of [#channelBinding(SSLSession)], and the beginning of what
  /// [#channelBinding(Certificate, Certificate, byte[], byte[])] hashes.
  String CHANNEL_BINDING_LABEL = "EXPORTER-shoal-access-1";

  /// The bytes of a channel binding.
  int CHANNEL_BINDING_SIZE_BYTES = 32;

  /// The bytes that each side contributes to a channel binding without an exporter.
  int CHANNEL_BINDING_RANDOM_SIZE_BYTES = 32;

  /// An engine for the side that dialled.
  ///
  /// @param expected the peer that was meant to be reached; any other fails the handshake. Empty
  ///   accepts any peer
  /// @return a fresh engine in client mode
  SSLEngine clientEngine(Optional<PeerId> expected);

  /// An engine for the side that was dialled; it requires the other's certificate.
  ///
  /// @return a fresh engine in server mode
  SSLEngine serverEngine();

  /// The certificate and key that [#clientEngine] and [#serverEngine] present. The key belongs to
  /// the certificate alone; it is never the host key.
  ///
  /// @return usable by both sides, from any thread
  X509ExtendedKeyManager keyManager();

  /// The check that [#clientEngine] and [#serverEngine] make of the other side: exactly one host
  /// certificate that is valid now. It demands the application protocol of this context too where
  /// it is given an [SSLEngine] that knows the protocol by then; otherwise that check is the
  /// caller's.
  ///
  /// @param expected the peer that was meant to be reached; any other is refused. Empty accepts any
  ///   peer
  /// @return usable by both sides, from any thread
  X509ExtendedTrustManager trustManager(Optional<PeerId> expected);

  /// The peer on the other side of a session whose handshake has ended. A client must treat it as
  /// proven by the server only; a server's acceptance is known to the client with the first bytes
  /// that the server sends.
  ///
  /// @param session the session
  /// @return the peer that its certificate proves
  /// @throws PeerFaultException the session carries no host certificate
  PeerId peerId(SSLSession session) throws PeerFaultException;

  /// The peer that a certificate proves, once the handshake has shown that the other side has its
  /// key.
  ///
  /// @param chain what the other side presented: exactly one host certificate
  /// @return the peer
  /// @throws PeerFaultException it is none, or is not valid now
  PeerId peerId(Certificate[] chain) throws PeerFaultException;

  /// A value that binds a proof to one connection: 32 bytes of keying material (the exporter of RFC
  /// 8446 §7.5) under the label [#CHANNEL_BINDING_LABEL] with an empty context, the same at both
  /// ends of the session and at no other.
  ///
  /// @param session one whose handshake has ended, of an engine of a node's context
  /// @return a fresh array
  /// @throws IllegalStateException the session has no exporter, or its handshake has not ended
  byte[] channelBinding(SSLSession session);

  /// A value that binds a proof to one connection, for a TLS without an exporter: the SHA-256 of
  /// the label [#CHANNEL_BINDING_LABEL] in ASCII, a zero byte, and each after its length in four
  /// bytes (big-endian): the client's certificate in DER, the server's, the client's random, the
  /// server's.
  ///
  /// Each side draws its random afresh for every connection and sends it *inside* the encrypted
  /// connection; both certificates are those that this handshake proved. A relay between two
  /// connections then has another certificate on each, so that no two values agree.
  ///
  /// @param client the certificate of the side that dialled
  /// @param server the certificate of the side that was dialled
  /// @param clientRandom 32 random bytes of the side that dialled
  /// @param serverRandom 32 random bytes of the side that was dialled
  /// @return a fresh array of 32 bytes
  /// @throws IllegalArgumentException a random has another size
  byte[] channelBinding(
      Certificate client, Certificate server, byte[] clientRandom, byte[] serverRandom);
}
