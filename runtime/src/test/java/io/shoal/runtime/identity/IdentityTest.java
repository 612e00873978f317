package io.shoal.runtime.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.file.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class IdentityTest {

  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path folder;

  static Stream<JsonNode> rfc8032() throws IOException {
    return cases("ed25519-rfc8032.json").stream();
  }

  static List<JsonNode> cases(String file) throws IOException {
    try (var in =
        Objects.requireNonNull(IdentityTest.class.getResourceAsStream("/vectors/" + file))) {
      return JsonMapper.shared().readTree(in).get("spec_cases").valueStream().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("rfc8032")
  void keysAndSignaturesAreThoseOfRfc8032(JsonNode vector) {
    HostKey key = HostKey.ofSeed(hex(vector, "secret"));

    assertArrayEquals(hex(vector, "public"), key.publicKey());
    byte[] message = hex(vector, "message");
    byte[] signature = key.sign(message);
    assertArrayEquals(hex(vector, "signature"), signature);
    assertTrue(HostKeySignature.verifiesEd25519(key.publicKey(), message, signature));
    signature[5] ^= 1;
    assertFalse(HostKeySignature.verifiesEd25519(key.publicKey(), message, signature));
  }

  static byte[] hex(JsonNode vector, String field) {
    return HexFormat.of().parseHex(vector.get(field).asString());
  }

  @Test
  void aKeyIsMadeOnceAndKeptForItsOwnerAlone() throws Exception {
    Path file = folder.resolve("identity.key");
    HostKey first = HostKey.loadOrCreate(file, RANDOM);
    HostKey again = HostKey.loadOrCreate(file, RANDOM);

    assertEquals(first.peerId(), again.peerId());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList(), "no temporary file is left");
    }
  }

  @Test
  void aKeyThatOthersCanReadIsRefusedWithTheCure() throws Exception {
    Path file = folder.resolve("identity.key");
    HostKey.loadOrCreate(file, RANDOM);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    UserFaultException fault =
        assertThrows(UserFaultException.class, () -> HostKey.loadOrCreate(file, RANDOM));
    assertTrue(fault.getMessage().contains("chmod 600 " + file), fault.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not a key",
        "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n",
        "-----END PRIVATE KEY----------BEGIN PRIVATE KEY-----"
      })
  void aBrokenKeyFileIsNeverReplaced(String content) throws Exception {
    Path file = folder.resolve("identity.key");
    PrivateFile.write(file, content.getBytes(StandardCharsets.UTF_8));

    assertThrows(UserFaultException.class, () -> HostKey.loadOrCreate(file, RANDOM));
    assertEquals(content, Files.readString(file));
  }

  @Test
  void aSignatureIsBoundToItsDomain() {
    HostKey key = HostKey.generate(RANDOM);
    HostIdentity identity = new HostIdentity(key, InstantSource.system(), RANDOM);
    byte[] message = {1, 2, 3};

    byte[] signature = identity.sign("test:", message);

    byte[] signed = {'t', 'e', 's', 't', ':', 1, 2, 3};
    assertTrue(HostKeySignature.verifiesEd25519(identity.publicKey(), signed, signature));
    assertFalse(HostKeySignature.verifiesEd25519(identity.publicKey(), message, signature));
    for (String domain :
        List.of("", "abc", "ab:", "a b:", "nocolon", "libp2p-tls-handshake:", "é:::")) {
      assertThrows(IllegalArgumentException.class, () -> identity.sign(domain, message), domain);
    }
  }
}
