package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.testkit.TestContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The keys are part of the protocol: the values here were computed with `sha256sum` and `openssl
/// dgst -hmac`.
class ProviderKeyTest {
  private static final Multihash EMPTY_FILE =
      Multihash.of(
          Multihash.SHA2_256,
          HexFormat.of()
              .parseHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  private static final Cid RAW = Cid.of(Cid.RAW, EMPTY_FILE);

  @TempDir Path folder;

  private final ProviderKey open = new ProviderKey(Optional.empty());

  @Test
  void aKeyIsTwentyBytesOfTheDigest() {
    assertEquals("74b421e2b00e6b70703c213b95769e9f1670b6a9", open.of(RAW, "tcps").toString());
    assertEquals("33ba7f1a7a95952eb6a9dbd2aeb44cadf534abdb", open.of(RAW, "tcp").toString());
  }

  @Test
  void aSecretMakesOtherKeys() {
    ProviderKey secret;
    try (TestContext context =
        TestContext.in(folder)
            .withSwarmSecret("correct horse battery".getBytes(StandardCharsets.US_ASCII))) {
      secret = new ProviderKey(context.swarmSecret());
    }
    assertEquals("abb6f72ccf2653751fc4b7ccea05267b0c69bedb", secret.of(RAW, "tcps").toString());
  }

  @Test
  void aBitTorrentSwarmHasItsInfoHashAsKey() {
    String first = "0123456789abcdef0123456789abcdef01234567";
    Cid one =
        Cid.of(Cid.TORRENT_INFO, Multihash.of(Multihash.SHA1, HexFormat.of().parseHex(first)));
    Cid two = Cid.of(Cid.TORRENT_INFO, EMPTY_FILE);
    ProviderKey secret = new ProviderKey(Optional.of(message -> new byte[32]));
    assertEquals(first, open.of(one, "bt").toString());
    assertEquals(first, secret.of(one, "bt").toString());
    assertEquals("e3b0c44298fc1c149afbf4c8996fb92427ae41e4", open.of(two, "bt").toString());
    assertEquals(open.of(RAW, "tcps"), open.of(two, "tcps"), "only its own scheme is BitTorrent's");
    assertNotEquals(open.of(two, "bt"), open.of(RAW, "bt"));
  }

  @Test
  void codecAndCidVersionDoNotMatter() {
    assertEquals(open.of(RAW, "tcps"), open.of(Cid.ofV0(EMPTY_FILE), "tcps"));
    assertNotEquals(open.of(RAW, "tcps"), open.of(RAW, "tcp"));
  }
}
