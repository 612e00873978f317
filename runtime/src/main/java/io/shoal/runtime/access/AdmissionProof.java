package io.shoal.runtime.access;

import io.shoal.api.PeerId;
import io.shoal.api.SwarmSecret;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/// Decides whether the peer of one connection proves in time that it has the secret. A decision
/// stays. Used by one thread at a time.
public final class AdmissionProof {
  /// How long a proof may take. A member sends its own as soon as the connection is open, so this
  /// is some round trips of the slowest line, and a node that does nothing holds its place no
  /// longer.
  static final long PROOF_MILLIS = 5_000;

  /// The decision about a peer.
  public sealed interface Verdict {

    /// None yet: the peer gets nothing, and its messages are not handled.
    record Waiting() implements Verdict {}

    /// It is a member.
    record Admitted() implements Verdict {}

    /// It is turned away.
    ///
    /// @param why a part of a sentence about the peer
    record Refused(String why) implements Verdict {}
  }

  private final byte[] ownProof;
  private final byte[] expected;
  private final long deadlineMillis;
  private Verdict verdict = new Verdict.Waiting();

  /// @param binding of the connection
  /// @param outbound whether this node dialled
  /// @param nowMillis a time that never goes back, as of all calls
  AdmissionProof(
      SwarmSecret secret,
      byte[] binding,
      PeerId self,
      PeerId other,
      boolean outbound,
      long nowMillis) {
    ownProof = AccessProof.of(secret, outbound, binding, self, other);
    expected = AccessProof.of(secret, !outbound, binding, other, self);
    deadlineMillis = nowMillis + PROOF_MILLIS;
  }

  /// The proof that this node sends.
  byte[] ownProof() {
    return ownProof.clone();
  }

  Verdict verdict() {
    return verdict;
  }

  /// The peer sent a proof. Only its first counts.
  Verdict proved(ByteBuffer proof) {
    if (verdict instanceof Verdict.Waiting) {
      byte[] bytes = new byte[Math.min(proof.remaining(), AccessProof.SIZE_BYTES + 1)];
      proof.get(bytes);
      // In constant time: how far a guess is right must not show.
      verdict =
          MessageDigest.isEqual(expected, bytes)
              ? new Verdict.Admitted()
              : new Verdict.Refused("has another secret (accessSecretFile) than this node");
    }
    return verdict;
  }

  /// Time passed.
  Verdict tick(long nowMillis) {
    if (verdict instanceof Verdict.Waiting && nowMillis >= deadlineMillis) {
      verdict =
          new Verdict.Refused(
              "did not prove within %d s that it has the secret of this node's swarm (access: shared-secret)"
                  .formatted(PROOF_MILLIS / 1000));
    }
    return verdict;
  }

  /// The connection ended.
  Verdict left() {
    if (verdict instanceof Verdict.Waiting) {
      verdict =
          new Verdict.Refused(
              "closed the connection before it proved that it has the secret of this node's swarm"
                  + " (access: shared-secret)");
    }
    return verdict;
  }
}
