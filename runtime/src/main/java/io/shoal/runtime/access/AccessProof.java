package io.shoal.runtime.access;

import io.shoal.api.PeerId;
import io.shoal.api.SwarmSecret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The message by which a peer proves that it has the secret of the swarm, without showing it: 32
/// bytes of HMAC-SHA-256 under the secret, over `shoal/access/1`, a byte that says whether the
/// prover dialled (0) or was dialled (1), the channel binding of the connection, the prover's peer
/// id and the other's.
///
/// The binding keeps a proof from being used on another connection, the byte and the ids from being
/// sent back to its sender.
public final class AccessProof {
  /// Its type among the runtime's messages. Defined here, since the gate sends it before package
  /// `connection` knows of the connection.
  public static final int TYPE = 7;

  public static final int SIZE_BYTES = 32;

  private static final byte[] LABEL = "shoal/access/1".getBytes(StandardCharsets.US_ASCII);
  private static final byte DIALLED = 0;
  private static final byte WAS_DIALLED = 1;

  private AccessProof() {}

  /// @param dialled whether the prover dialled
  public static byte[] of(
      SwarmSecret secret, boolean dialled, byte[] binding, PeerId prover, PeerId other) {
    byte[] own = prover.toBytes();
    byte[] others = other.toBytes();
    ByteBuffer message =
        ByteBuffer.allocate(LABEL.length + 1 + binding.length + own.length + others.length);
    message.put(LABEL).put(dialled ? DIALLED : WAS_DIALLED).put(binding).put(own).put(others);
    return secret.hmacSha256(message.array());
  }
}
