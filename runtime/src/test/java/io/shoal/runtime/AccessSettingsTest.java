package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.PeerId;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.access.SharedSecret;
import io.shoal.runtime.discovery.AnnounceScope;
import io.shoal.runtime.file.PrivateFile;
import io.shoal.runtime.identity.HostKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessSettingsTest {
  private static final String SECRET = "correct horse battery";

  @TempDir Path folder;

  private static Configuration set(String... keysAndValues) throws InvalidConfigException {
    Configuration configuration = Configuration.defaults();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      configuration = configuration.with(keysAndValues[i], keysAndValues[i + 1]);
    }
    return configuration;
  }

  private static Access access(String... keysAndValues) throws InvalidConfigException {
    NodeSettings settings = set(keysAndValues).settings();
    return settings.access().resolve(settings.tlsRequired());
  }

  private static String fault(String... keysAndValues) {
    InvalidConfigException fault =
        assertThrows(InvalidConfigException.class, () -> access(keysAndValues));
    String message = String.valueOf(fault.getMessage());
    assertFalse(message.contains("\n"), message);
    assertFalse(message.contains(SECRET), message);
    return message;
  }

  private Path secretFile(String content, String permissions) throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), content);
    if (PrivateFile.supportsPermissions(file)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
    return file;
  }

  @Test
  void everybodyMayTakePartUnlessSaidOtherwise() throws Exception {
    assertEquals(new Access.Open(), access());
    assertEquals(new Access.Open(), access("access", "open", "tls", "off"));
    assertEquals(Optional.empty(), access().swarmSecret());
  }

  @Test
  void anAllowListTakesBothTextFormsOfAPeerId() throws Exception {
    PeerId one = HostKey.generate(new SecureRandom()).peerId();
    PeerId two = HostKey.generate(new SecureRandom()).peerId();

    assertEquals(
        new Access.AllowList(Set.of(one, two)),
        access("access", "allow-list", "accessList", "[" + one + ", " + two.toCid() + "]"));
  }

  @Test
  void aNodeWithAnAllowListAnnouncesNothingUnlessItIsTold() throws Exception {
    assertEquals(AnnounceScope.NONE, set("access", "allow-list").settings().announce());
    assertEquals(
        AnnounceScope.ALL, set("access", "allow-list", "announce", "all").settings().announce());
    assertEquals(AnnounceScope.ROOTS, set("access", "shared-secret").settings().announce());
  }

  @Test
  void aSecretIsUsedByItsCodeAlone() throws Exception {
    Access access = access("access", "shared-secret", "accessSecret", SECRET);

    // printf shoal | openssl dgst -sha256 -hmac 'correct horse battery'
    assertEquals(
        "6761f87a5d5af147149c97b7d55973ef36577ca2d2d352ed14d5c82d928b7fdc",
        HexFormat.of()
            .formatHex(
                access
                    .swarmSecret()
                    .orElseThrow()
                    .hmacSha256("shoal".getBytes(StandardCharsets.US_ASCII))));
  }

  @Test
  void theSecretIsShownNowhere() throws Exception {
    Configuration configuration = set("access", "shared-secret", "accessSecret", SECRET);
    NodeSettings settings = configuration.settings();

    assertFalse(configuration.toString().contains(SECRET));
    assertFalse(settings.toString().contains(SECRET));
    assertFalse(settings.access().resolve(settings.tlsRequired()).toString().contains(SECRET));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n"})
  void theSecretOfAFileIsReadWithoutItsLineEnd(String end) throws Exception {
    Path file = secretFile(SECRET + end, "rw-------");

    assertEquals(
        access("access", "shared-secret", "accessSecret", SECRET),
        access("access", "shared-secret", "accessSecretFile", file.toString()));
  }

  @Test
  void bytesThatAreNoTextAndTheLongestSecretAreTakenAsTheyAre() throws Exception {
    byte[] bytes = new byte[SharedSecret.MAX_SIZE_BYTES];
    new SecureRandom().nextBytes(bytes);
    bytes[bytes.length - 1] = 'x';
    Path file = Files.write(secretFile("", "rw-------"), bytes);

    Access.Secret access =
        assertInstanceOf(
            Access.Secret.class,
            access("access", "shared-secret", "accessSecretFile", file.toString()));
    assertArrayEquals(SharedSecret.of(bytes).hmacSha256(bytes), access.secret().hmacSha256(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx"})
  void aFileThatOthersCanReadOrChangeIsRefused(String permissions) throws Exception {
    Path file = secretFile(SECRET, permissions);
    assumeTrue(PrivateFile.supportsPermissions(file));

    String fault = fault("access", "shared-secret", "accessSecretFile", file.toString());

    assertTrue(fault.startsWith("accessSecretFile: other users"), fault);
    assertTrue(fault.endsWith("run chmod 600 " + file), fault);
  }

  @Test
  void aFileThatIsMissingOrHoldsNoSecretIsRefused() throws Exception {
    String missing = folder.resolve("missing").toString();
    assertTrue(
        fault("access", "shared-secret", "accessSecretFile", missing).contains("cannot be read"));
    for (String content : new String[] {"", "123456789012345\n", "x".repeat(1025)}) {
      Path file = secretFile(content, "rw-------");
      String fault = fault("access", "shared-secret", "accessSecretFile", file.toString());
      assertTrue(fault.contains("16 to 1024 bytes"), fault);
    }
  }

  @Test
  void valuesThatAreNoneAreRefusedAtOnce() {
    assertTrue(fault("access", "closed").contains("allow-list, open, shared-secret"));
    assertTrue(fault("accessSecretFile", "secret.txt").contains("an absolute path"));
    assertTrue(fault("accessSecret", "too short").contains("9 bytes long"));
    assertTrue(fault("accessList", "[bafkqaaa]").contains("not a peer id"));
  }

  @Test
  void keysThatDoNotFitTogetherAreRefused() throws Exception {
    String peer = HostKey.generate(new SecureRandom()).peerId().toString();
    String file = secretFile(SECRET, "rw-------").toString();

    assertTrue(fault("accessList", peer).contains("set access: allow-list"));
    assertTrue(fault("accessSecretFile", file).contains("set access: shared-secret"));
    assertTrue(fault("accessSecret", SECRET).contains("set access: shared-secret"));
    assertTrue(
        fault("access", "shared-secret", "accessSecret", SECRET, "accessList", peer)
            .contains("accessList is set and access is shared-secret"));
    assertTrue(
        fault("access", "allow-list", "accessList", peer, "accessSecret", SECRET)
            .contains("accessSecret is set and access is allow-list"));
    assertTrue(fault("access", "allow-list").contains("accessList is empty"));
    assertTrue(fault("access", "shared-secret").contains("set accessSecretFile"));
    assertTrue(
        fault("access", "shared-secret", "accessSecret", SECRET, "accessSecretFile", file)
            .contains("remove one of them"));
  }

  @Test
  void withoutTlsOnlyAnOpenNodeStarts() {
    String peer = HostKey.generate(new SecureRandom()).peerId().toString();

    for (String fault :
        new String[] {
          fault("tls", "off", "access", "allow-list", "accessList", peer),
          fault("tls", "off", "access", "shared-secret", "accessSecret", SECRET)
        }) {
      assertTrue(fault.contains("tls is off"), fault);
      assertTrue(fault.contains("set tls: required, or access: open"), fault);
    }
  }
}
