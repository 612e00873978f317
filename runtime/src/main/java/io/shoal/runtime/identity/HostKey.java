package io.shoal.runtime.identity;

import io.shoal.api.PeerId;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.file.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A long-lived Ed25519 key in the data folder: the node's own, made at the first start, which
/// never leaves the runtime, or one that names are published under.
public final class HostKey {

  public static final int SIGNATURE_SIZE_BYTES = 64;

  private static final Logger LOG = LoggerFactory.getLogger(HostKey.class);

  private static final int SEED_SIZE_BYTES = 32;

  /// A key file has 119 bytes; ten times that leaves room for comments, and no more is read.
  private static final int MAX_FILE_SIZE_BYTES = 1200;

  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private final PrivateKey privateKey;
  private final byte[] publicKey;

  private HostKey(KeyPair pair) {
    privateKey = pair.getPrivate();
    // The raw key ends its DER form (RFC 8410 §4).
    byte[] der = pair.getPublic().getEncoded();
    publicKey = Arrays.copyOfRange(der, der.length - SEED_SIZE_BYTES, der.length);
  }

  /// Makes a new key.
  public static HostKey generate(SecureRandom random) {
    byte[] seed = new byte[SEED_SIZE_BYTES];
    random.nextBytes(seed);
    return ofSeed(seed);
  }

  /// Where the node's own key is kept.
  public static Path file(Path dataFolder) {
    return dataFolder.resolve("identity.key");
  }

  /// The key of a seed (RFC 8032 §5.1.5, "private key").
  public static HostKey ofSeed(byte[] seed) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(NamedParameterSpec.ED25519, new FixedBytes(seed));
      return new HostKey(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform since 15 has Ed25519", e);
    }
  }

  /// Reads the key from a file, or makes one and keeps it there. The file is PKCS #8 in PEM, as
  /// `openssl genpkey -algorithm ed25519` writes it.
  ///
  /// @throws UserFaultException the file is not such a key, or others can read it
  public static HostKey loadOrCreate(Path file, SecureRandom random)
      throws UserFaultException, IOException {
    HostKey key;
    try {
      key = load(file);
    } catch (NoSuchFileException e) {
      key = generate(random);
      key.save(file);
    }
    if (PrivateFile.isOnOpenMedium(file)) {
      LOG.error(
          "{}: its medium has no rights: all who can read it can take this node's keys and pass for it; keep the data folder elsewhere with --data",
          file);
    }
    return key;
  }

  /// Writes the key, durably and atomically, for its owner alone; replaces what is there.
  public void save(Path file) throws IOException {
    PrivateFile.write(file, pem().getBytes(StandardCharsets.US_ASCII));
  }

  /// Reads a key.
  ///
  /// @throws NoSuchFileException there is no such file
  /// @throws UserFaultException the file is not a key, or others can read it
  public static HostKey load(Path file) throws UserFaultException, IOException {
    if (PrivateFile.isOpenToOthers(file)) {
      throw new UserFaultException(
          file + ": other users can read or change this private key: run chmod 600 " + file);
    }
    byte[] bytes;
    try (var in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_FILE_SIZE_BYTES);
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw broken(file, null);
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
      PrivateKey key =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
      byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
      return ofSeed(seed);
    } catch (GeneralSecurityException | IllegalArgumentException | ClassCastException e) {
      throw broken(file, e);
    }
  }

  private static UserFaultException broken(Path file, @Nullable Throwable cause) {
    String message =
        file
            + ": not an Ed25519 private key (PEM, PKCS #8): restore it from a backup; without one,"
            + " a new key is made once the file is gone";
    return cause == null ? new UserFaultException(message) : new UserFaultException(message, cause);
  }

  private String pem() {
    return BEGIN
        + "\n"
        + Base64.getEncoder().encodeToString(privateKey.getEncoded())
        + "\n"
        + END
        + "\n";
  }

  /// The 32 bytes of the public key, a copy.
  public byte[] publicKey() {
    return publicKey.clone();
  }

  public PeerId peerId() {
    return PeerId.ofEd25519(publicKey);
  }

  /// Signs the parts, one after the other, as one message.
  public byte[] sign(byte[]... parts) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(privateKey);
      for (byte[] part : parts) {
        signature.update(part);
      }
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("the key was checked when it was made", e);
    }
  }

  /// Gives a seed to a generator: the JDK derives a public key in no other way, since a PKCS #8
  /// file holds the seed alone.
  @SuppressWarnings("serial") // never written anywhere
  private static final class FixedBytes extends SecureRandom {

    private final byte[] bytes;

    FixedBytes(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    @Override
    public void nextBytes(byte[] out) {
      System.arraycopy(bytes, 0, out, 0, out.length);
    }
  }
}
