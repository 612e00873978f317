package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.Bytes;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Issues the right to announce: a token proves that its bearer receives what is sent to its
/// address, and holds for one key (BEP 5).
///
/// Nothing is stored per token: it is a hash of a secret, the address without port (nodes behind
/// NAT change ports) and the key. The secret changes every five minutes and the one before it is
/// accepted, so that a token lives for five to ten minutes.
public final class TokenIssuer {
  public static final long SECRET_LIFETIME_MILLIS = 5 * 60_000;
  static final int TOKEN_BYTES = 8;

  private static final int SECRET_BYTES = 16;

  private final RandomGenerator random;
  private byte[] secret;
  private byte[] previous;
  private long changedMillis;

  public TokenIssuer(RandomGenerator random, long nowMillis) {
    this.random = random;
    this.secret = newSecret();
    this.previous = newSecret();
    this.changedMillis = nowMillis;
  }

  public Bytes issue(InetAddress to, NodeId key, long nowMillis) {
    rotate(nowMillis);
    return token(secret, to, key);
  }

  public boolean accepts(Bytes token, InetAddress from, NodeId key, long nowMillis) {
    rotate(nowMillis);
    return matches(token, token(secret, from, key)) || matches(token, token(previous, from, key));
  }

  private void rotate(long nowMillis) {
    long age = nowMillis - changedMillis;
    if (age < SECRET_LIFETIME_MILLIS) {
      return;
    }
    // After a long silence both secrets are too old.
    previous = age < 2 * SECRET_LIFETIME_MILLIS ? secret : newSecret();
    secret = newSecret();
    changedMillis = nowMillis;
  }

  private byte[] newSecret() {
    byte[] out = new byte[SECRET_BYTES];
    random.nextBytes(out);
    return out;
  }

  private static boolean matches(Bytes a, Bytes b) {
    return MessageDigest.isEqual(a.toArray(), b.toArray());
  }

  private static Bytes token(byte[] secret, InetAddress address, NodeId key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(secret);
      digest.update(ByteBuffer.wrap(key.bytes().toArray()));
      digest.update(address.getAddress());
      return Bytes.of(Arrays.copyOf(digest.digest(), TOKEN_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
