package io.shoal.testkit.identity;

import io.shoal.api.SwarmSecret;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The secret of a swarm that lives as long as a test.
public final class TestSecret implements SwarmSecret {
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  public TestSecret(byte[] secret) {
    key = new SecretKeySpec(secret, ALGORITHM);
  }

  @Override
  public byte[] hmacSha256(byte[] message) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has HMAC-SHA-256", e);
    }
  }
}
