package io.shoal.api;

/// Who this node is, without its private key.
///
/// The identity is an Ed25519 key that the runtime made at the node's first start; the [PeerId] is the libp2p peer
/// id of it. All methods may be called from any thread.
public interface NodeIdentity {

  /// The peer id of the host key.
  PeerId peerId();

  /// The 32 bytes of the Ed25519 public key (RFC 8032 §5.1.2); a fresh copy.
  byte[] publicKey();

  /// Signs `domain` (ASCII) followed by `message` with Ed25519.
  ///
  /// The domain keeps a signature made for one purpose from serving another. It is 4 to 64 printable ASCII characters and
  /// ends with `:`; `libp2p-tls-handshake:` is refused, since only [#tls] may make host certificates.
  ///
  /// @return the 64 bytes of the signature
  /// @throws IllegalArgumentException the domain is not of that form
  byte[] sign(String domain, byte[] message);

  /// TLS 1.3 for this node, mutually authenticated by host certificates as libp2p TLS defines them.
  ///
  /// @param alpn the one application protocol to offer and to accept, 1 to 32 ASCII characters: `shoal/1`
  TlsContext tls(String alpn);
}
