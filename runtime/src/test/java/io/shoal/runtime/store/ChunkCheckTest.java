package io.shoal.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.UserFaultException;
import io.shoal.api.Verifier;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkCheckTest {
  private static final long SHA3_256 = 0x16;

  /// A hash whose length the multihash itself does not know.
  private record Sha3(long multihashCode, String name, int digestSizeBytes) implements Verifier {
    @Override
    public Digest begin() {
      MessageDigest digest;
      try {
        digest = MessageDigest.getInstance("SHA3-256");
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every Java has SHA3-256", e);
      }
      return new Digest() {
        @Override
        public void update(ByteBuffer bytes) {
          digest.update(bytes);
        }

        @Override
        public byte[] finish() {
          return digest.digest();
        }
      };
    }
  }

  private final ChunkCheck check = new ChunkCheck(List.of(new Sha3(SHA3_256, "sha3-256", 32)));

  private static Cid cid(long code, byte[] digest) {
    return Cid.of(Cid.RAW, Multihash.of(code, digest));
  }

  @Test
  void aCutDigestIsRefusedBeforeAnyPeerSeemsToLie() throws Exception {
    byte[] whole = MessageDigest.getInstance("SHA3-256").digest(new byte[] {1});
    assertTrue(check.matches(cid(SHA3_256, whole), ByteBuffer.wrap(new byte[] {1})));
    Cid cut = cid(SHA3_256, Arrays.copyOf(whole, 20));
    UserFaultException fault = assertThrows(UserFaultException.class, () -> check.verifier(cut));
    assertEquals(
        cut
            + " cannot be checked: its digest has 20 bytes, and sha3-256 has 32; check where the id comes from",
        fault.getMessage());
  }

  @Test
  void anUnknownHashNamesThoseThatAreInstalled() {
    UserFaultException fault =
        assertThrows(UserFaultException.class, () -> check.verifier(cid(0x17, new byte[28])));
    assertTrue(String.valueOf(fault.getMessage()).contains("sha3-256"), fault.getMessage());
  }
}
