package io.shoal.discovery.lan;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.SwarmSecret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Keys and tags in which this node's announcements hide what they are about: of SHA-256, or in a
/// swarm that shares a secret of HMAC-SHA-256 under it.
final class SwarmKeys {
  private static final int KEY_BYTES = 20;
  private static final int TAG_BYTES = 16;
  private static final String BITTORRENT = "bt";

  private final Optional<SwarmSecret> secret;

  SwarmKeys(Optional<SwarmSecret> secret) {
    this.secret = secret;
  }

  /// The key under which providers of a content are announced, as in the DHT: the first 20 bytes of
  /// the code of `"shoal/1/" + scheme + "/"` and the multihash. A BitTorrent swarm has that which
  /// BitTorrent gives it, for the scheme `bt` alone.
  ///
  /// @return 40 digits, as BEP 14 has them
  String provider(Cid cid, String scheme) {
    if (isTorrent(cid) && scheme.equals(BITTORRENT)) {
      return HexFormat.of().formatHex(cid.multihash().digest(), 0, KEY_BYTES);
    }
    byte[] prefix = ("shoal/1/" + scheme + "/").getBytes(StandardCharsets.US_ASCII);
    byte[] multihash = cid.multihash().toBytes();
    byte[] message = Arrays.copyOf(prefix, prefix.length + multihash.length);
    System.arraycopy(multihash, 0, message, prefix.length, multihash.length);
    return HexFormat.of().formatHex(code(message), 0, KEY_BYTES);
  }

  /// Proves to members that a member made an announcement. It is another one for each name and each
  /// set of endpoints, so that no stranger sees which nodes are in one swarm.
  ///
  /// @return 32 digits
  String tag(String instance, List<String> endpoints) {
    String message = "shoal/1/lan/" + instance + "\n" + String.join("\n", endpoints);
    byte[] code = code(message.getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().formatHex(code, 0, TAG_BYTES);
  }

  private static boolean isTorrent(Cid cid) {
    long hash = cid.multihashCode();
    return cid.codec() == Cid.TORRENT_INFO
        && (hash == Multihash.SHA1 || hash == Multihash.SHA2_256);
  }

  private byte[] code(byte[] message) {
    return secret.map(s -> s.hmacSha256(message)).orElseGet(() -> sha256(message));
  }

  private static byte[] sha256(byte[] message) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(message);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
