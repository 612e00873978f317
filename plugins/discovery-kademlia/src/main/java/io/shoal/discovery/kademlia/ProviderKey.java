package io.shoal.discovery.kademlia;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.SwarmSecret;
import io.shoal.discovery.kademlia.krpc.NodeId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/// The key of the DHT under which the providers of a content are announced. Each transport scheme
/// has its own: values hold an address and a port and cannot say which protocol is spoken there.
///
/// The first 20 bytes of SHA-256(`"shoal/1/" + scheme + "/"` ‖ multihash), or of
/// HMAC-SHA-256(secret, the same) in a swarm that shares a secret. Codec and version of the CID do
/// not matter, since they do not change the bytes.
///
/// A swarm of BitTorrent has the key that BitTorrent gives it: the info-hash, of version 2 its
/// first 20 bytes (BEP 52), for the scheme `bt` alone. A secret does not change it, since the
/// clients of that swarm do not have it.
final class ProviderKey {
  private static final String BITTORRENT = "bt";

  private final Optional<SwarmSecret> secret;

  ProviderKey(Optional<SwarmSecret> secret) {
    this.secret = secret;
  }

  NodeId of(Cid cid, String scheme) {
    if (isTorrent(cid) && scheme.equals(BITTORRENT)) {
      return NodeId.of(cid.multihash().digest(), 0);
    }
    byte[] prefix = ("shoal/1/" + scheme + "/").getBytes(StandardCharsets.US_ASCII);
    byte[] multihash = cid.multihash().toBytes();
    byte[] message = Arrays.copyOf(prefix, prefix.length + multihash.length);
    System.arraycopy(multihash, 0, message, prefix.length, multihash.length);
    return NodeId.of(secret.map(s -> s.hmacSha256(message)).orElseGet(() -> sha256(message)), 0);
  }

  private static boolean isTorrent(Cid cid) {
    long hash = cid.multihashCode();
    return cid.codec() == Cid.TORRENT_INFO
        && (hash == Multihash.SHA1 || hash == Multihash.SHA2_256);
  }

  private static byte[] sha256(byte[] message) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(message);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
