package io.shoal.runtime.naming;

import io.shoal.api.Cid;
import io.shoal.api.SignedRecords;
import io.shoal.api.SwarmSecret;
import io.shoal.runtime.identity.HostKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Records of a private swarm: without its secret one can neither compute where they are held nor
/// read them. `H` is HMAC-SHA-256 under the secret, `‖` puts bytes behind each other.
/// * name that others see: base64url without padding, 43 characters, of H("shoal/records/salt/1" ‖
///   public key ‖ name);
/// * value that others see: a bencoded string of nonce ‖ AES-256-GCM (NIST SP 800-38D) with tag, of
///   the value; key H("shoal/records/1"); associated data: public key ‖ name that others see;
/// * nonce: the first 12 bytes of H("shoal/records/nonce/1" ‖ public key ‖ name that others see ‖
///   u64 sequence ‖ value). It follows from all that is sealed: no two values ever share one, not
///   even after a data folder was put back to an older state.
final class KeyedRecords implements RecordSeal {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;

  /// "996:", before the longest string that a record takes.
  private static final int MAX_PREFIX_BYTES = 4;

  private static final int MAX_VALUE_BYTES =
      SignedRecords.MAX_VALUE_SIZE_BYTES - MAX_PREFIX_BYTES - NONCE_BYTES - TAG_BYTES;

  private static final int FOLDER_BYTES = 8;

  private final SwarmSecret secret;
  private final SecretKeySpec key;

  KeyedRecords(SwarmSecret secret) {
    this.secret = secret;
    this.key = new SecretKeySpec(code("shoal/records/1"), "AES");
  }

  private byte[] code(String purpose, byte[]... parts) {
    int size = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    ByteBuffer message = ByteBuffer.allocate(purpose.length() + size);
    message.put(purpose.getBytes(StandardCharsets.US_ASCII));
    for (byte[] part : parts) {
      message.put(part);
    }
    return secret.hmacSha256(message.array());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String salt(byte[] publicKey, String name) {
    byte[] code = code("shoal/records/salt/1", publicKey, bytes(name));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(code);
  }

  @Override
  public byte[] sealed(byte[] publicKey, String name, long sequence, byte[] value) {
    String salt = salt(publicKey, name);
    byte[] nonce = nonce(publicKey, salt, sequence, value);
    try {
      byte[] secretText = cipher(Cipher.ENCRYPT_MODE, nonce, publicKey, salt).doFinal(value);
      byte[] prefix = bytes(nonce.length + secretText.length + ":");
      return ByteBuffer.allocate(prefix.length + nonce.length + secretText.length)
          .put(prefix)
          .put(nonce)
          .put(secretText)
          .array();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("AES-GCM seals whatever it is given", e);
    }
  }

  private byte[] nonce(byte[] publicKey, String salt, long sequence, byte[] value) {
    byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(sequence).array();
    byte[] code = code("shoal/records/nonce/1", publicKey, bytes(salt), number, value);
    return Arrays.copyOf(code, NONCE_BYTES);
  }

  private Cipher cipher(int mode, byte[] nonce, byte[] publicKey, String salt)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
    cipher.updateAAD(publicKey);
    cipher.updateAAD(bytes(salt));
    return cipher;
  }

  @Override
  public Optional<byte[]> opened(byte[] publicKey, String name, long sequence, byte[] sealed) {
    int colon = 0;
    while (colon < sealed.length && sealed[colon] != ':') {
      colon++;
    }
    int start = colon + 1 + NONCE_BYTES;
    if (start + TAG_BYTES > sealed.length) {
      return Optional.empty();
    }
    byte[] nonce = Arrays.copyOfRange(sealed, colon + 1, start);
    try {
      byte[] value =
          cipher(Cipher.DECRYPT_MODE, nonce, publicKey, salt(publicKey, name))
              .doFinal(sealed, start, sealed.length - start);
      // One value has one form: another could not be made again from what is kept of it.
      return Arrays.equals(sealed, sealed(publicKey, name, sequence, value))
          ? Optional.of(value)
          : Optional.empty();
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has AES-GCM", e);
    }
  }

  @Override
  public int maxValueBytes() {
    return MAX_VALUE_BYTES;
  }

  @Override
  public HostKey aboutKey(Cid root) {
    return HostKey.ofSeed(code("shoal/records/about/1", root.toV1().toBytes()));
  }

  @Override
  public String folder() {
    return "names-" + HexFormat.of().formatHex(code("shoal/records/folder/1"), 0, FOLDER_BYTES);
  }
}
