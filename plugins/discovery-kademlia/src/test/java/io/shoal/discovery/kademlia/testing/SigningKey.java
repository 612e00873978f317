package io.shoal.discovery.kademlia.testing;

import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Item;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;

/// The owner of items.
///
/// @param publicKey 32 bytes
public record SigningKey(Bytes publicKey, PrivateKey privateKey) {

  /// The same key for the same number, so that a run can be repeated.
  public static SigningKey of(int number) {
    byte[] seed = new byte[32];
    seed[0] = (byte) number;
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
      byte[] encoded = generator.generateKeyPair().getPublic().getEncoded();
      PrivateKey secret =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
      return new SigningKey(Bytes.ofRange(encoded, encoded.length - 32, encoded.length), secret);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  public Item.Mutable item(String salt, long sequence, String value) {
    Bytes none = Bytes.of(new byte[Item.SIGNATURE_BYTES]);
    Item.Mutable unsigned =
        new Item.Mutable(publicKey, Bytes.ofText(salt), sequence, Bytes.ofText(value), none);
    return new Item.Mutable(
        publicKey,
        unsigned.salt(),
        sequence,
        unsigned.value(),
        Bytes.of(sign(unsigned.signedBytes())));
  }

  public byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(privateKey);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Fixed extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final byte[] seed;

    Fixed(byte[] seed) {
      this.seed = seed.clone();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}
