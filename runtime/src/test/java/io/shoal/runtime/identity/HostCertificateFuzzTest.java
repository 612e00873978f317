package io.shoal.runtime.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Damaged host certificates, those of other implementations among them: each is refused with a
/// reason or proves the identity that it proved before, never another, and nothing else is thrown.
class HostCertificateFuzzTest {
  private static final boolean FULL = Boolean.getBoolean("shoal.full");
  private static final int INPUTS = FULL ? 10_000_000 : 100_000;

  /// With a signature to check each takes as long as some hundred others.
  private static final int SIGNED_INPUTS = INPUTS / 40;

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static final class Seed {
    private final byte[] certificate;
    private final Optional<PeerId> proves;

    Seed(byte[] certificate, Optional<PeerId> proves) {
      this.certificate = certificate;
      this.proves = proves;
    }
  }

  private static final List<Seed> SEEDS = new ArrayList<>();

  @BeforeAll
  static void readSeeds() throws Exception {
    for (JsonNode vector : IdentityTest.cases("libp2p-tls-certificates.json")) {
      byte[] der = IdentityTest.hex(vector, "certificate");
      SEEDS.add(new Seed(der, proven(der)));
    }
    HostKey key = HostKey.generate(new SecureRandom());
    byte[] own = HostCertificate.create(key, new SecureRandom()).certificate().getEncoded();
    SEEDS.add(new Seed(own, Optional.of(key.peerId())));
    assertTrue(SEEDS.stream().filter(seed -> seed.proves.isPresent()).count() == 2);
  }

  private static Optional<PeerId> proven(byte[] der) {
    try {
      X509Certificate[] chain = {HostCertificate.parse(der)};
      return Optional.of(HostCertificate.verify(chain, NOW));
    } catch (CertificateException | PeerFaultException e) {
      assertTrue(e.getMessage() != null && !e.getMessage().isEmpty());
      return Optional.empty();
    }
  }

  private static byte[] damaged(Random random, byte[] from) {
    byte[] bytes = from.clone();
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes[at] = (byte) (0x80 | random.nextInt(4));
        case 3 -> bytes = Arrays.copyOf(bytes, at + 1);
        default -> {
          int length = random.nextInt(Math.min(16, bytes.length - at));
          byte[] longer = Arrays.copyOf(bytes, bytes.length + length);
          System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
          bytes = longer;
        }
      }
    }
    return bytes;
  }

  @Test
  void aDamagedCertificateProvesNoOtherPeer() {
    Random random = new Random(1);
    for (int i = 0; i < SIGNED_INPUTS; i++) {
      Seed seed = SEEDS.get(random.nextInt(SEEDS.size()));
      byte[] input = damaged(random, seed.certificate);
      Optional<PeerId> proves;
      try {
        proves = proven(input);
      } catch (RuntimeException e) {
        throw new AssertionError("input " + i, e);
      }
      if (proves.isPresent()) {
        assertEquals(seed.proves, proves, "input " + i);
      }
    }
  }

  @Test
  void aDamagedExtensionProvesNoOtherPeer() throws Exception {
    Random random = new Random(2);
    List<X509Certificate> certificates = new ArrayList<>();
    for (Seed seed : SEEDS) {
      if (seed.proves.isPresent()) {
        certificates.add(HostCertificate.parse(seed.certificate));
      }
    }
    for (int i = 0; i < SIGNED_INPUTS; i++) {
      X509Certificate certificate = certificates.get(random.nextInt(certificates.size()));
      byte[] keyInfo = certificate.getPublicKey().getEncoded();
      byte[] right = certificate.getExtensionValue(HostCertificate.EXTENSION_OID);
      byte[] input = damaged(random, right);
      try {
        PeerId proves = HostCertificate.verifyExtension(input, keyInfo);
        assertEquals(HostCertificate.verifyExtension(right, keyInfo), proves, "input " + i);
      } catch (PeerFaultException e) {
        assertTrue(e.getMessage() != null && e.getMessage().indexOf('\n') < 0, "input " + i);
      } catch (RuntimeException e) {
        throw new AssertionError("input " + i, e);
      }
    }
  }

  @Test
  void anExtensionWithAFlippedBitIsRefused() throws Exception {
    for (Seed seed : SEEDS) {
      if (seed.proves.isEmpty()) {
        continue;
      }
      X509Certificate certificate = HostCertificate.parse(seed.certificate);
      byte[] keyInfo = certificate.getPublicKey().getEncoded();
      byte[] right = certificate.getExtensionValue(HostCertificate.EXTENSION_OID);
      for (int bit = 0; bit < right.length * 8; bit++) {
        byte[] flipped = right.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        assertThrows(
            PeerFaultException.class,
            () -> HostCertificate.verifyExtension(flipped, keyInfo),
            "bit " + bit + " of the extension of " + seed.proves);
      }
    }
  }

  @Test
  void derIsReadWithinItsBoundsAndInOneFormOnly() {
    Random random = new Random(3);
    byte[] right =
        Der.value(
            Der.SEQUENCE,
            Der.value(Der.OCTET_STRING, new byte[36]),
            Der.value(Der.OCTET_STRING, new byte[300]));
    int read = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = damaged(random, right);
      try {
        ByteBuffer outer = ByteBuffer.wrap(input);
        ByteBuffer value = Der.read(Der.SEQUENCE, outer);
        byte[] whole = Arrays.copyOf(input, outer.position());
        assertEquals(
            ByteBuffer.wrap(whole),
            ByteBuffer.wrap(Der.value(Der.SEQUENCE, Der.bytes(value.duplicate()))),
            "input " + i);
        Der.read(Der.OCTET_STRING, value);
        Der.read(Der.OCTET_STRING, value);
        read++;
      } catch (MalformedDataException e) {
        assertTrue(e.getMessage() != null, "input " + i);
      } catch (RuntimeException e) {
        throw new AssertionError("input " + i, e);
      }
    }
    assertTrue(read > INPUTS / 20, "read: " + read);
  }

  @Test
  void aProtobufKeyIsReadOrRefused() {
    Random random = new Random(4);
    List<byte[]> keys = new ArrayList<>();
    for (Seed seed : SEEDS) {
      seed.proves
          .filter(id -> id.multihash().digest().length == 36)
          .ifPresent(id -> keys.add(id.multihash().digest()));
    }
    byte[] rsa = new byte[300];
    System.arraycopy(new byte[] {8, 0, 0x12, (byte) 0xa7, 2}, 0, rsa, 0, 5);
    keys.add(rsa);
    for (int i = 0; i < INPUTS; i++) {
      byte[] input = damaged(random, keys.get(random.nextInt(keys.size())));
      try {
        PeerId id = PeerId.ofPublicKey(input);
        assertEquals(id, PeerId.parse(id.toString()), "input " + i);
      } catch (MalformedDataException e) {
        assertTrue(e.getMessage() != null, "input " + i);
      } catch (InvalidInputException | RuntimeException e) {
        throw new AssertionError("input " + i, e);
      }
    }
  }
}
