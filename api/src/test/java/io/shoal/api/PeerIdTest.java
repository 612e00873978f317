package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class PeerIdTest {
  private static final HexFormat HEX = HexFormat.of();

  static List<JsonNode> vectors() {
    return Vectors.cases("peer-ids.json");
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void theIdOfAKeyHasBothTextForms(JsonNode vector) throws Exception {
    byte[] key = HEX.parseHex(vector.get("public_key_protobuf").asString());
    PeerId id = PeerId.ofPublicKey(key);
    assertEquals(vector.get("peer_id").asString(), id.toString());
    assertEquals(vector.get("peer_id_cid").asString(), id.toCid().toString());
    assertEquals(id, PeerId.parse(vector.get("peer_id").asString()));
    assertEquals(id, PeerId.parse(vector.get("peer_id_cid").asString()));
    assertEquals(id, PeerId.fromBytes(id.toBytes()));
    if (vector.get("type").asString().equals("Ed25519")) {
      byte[] raw = Arrays.copyOfRange(key, 4, 36);
      assertEquals(id, PeerId.ofEd25519(raw));
      assertArrayEquals(raw, id.ed25519PublicKey().orElseThrow());
    } else {
      assertFalse(id.ed25519PublicKey().isPresent());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p",
        "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq1",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
        "bafkqaaa",
        "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3p0"
      })
  void whatIsNotAPeerIdIsRefused(String text) {
    assertThrows(InvalidInputException.class, () -> PeerId.parse(text));
  }

  @Test
  void aKeyHasOneEncoding() throws Exception {
    byte[] key =
        PeerId.parse("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq").multihash().digest();
    byte[] longer = Arrays.copyOf(key, key.length + 1);
    assertThrows(MalformedDataException.class, () -> PeerId.ofPublicKey(longer));
    byte[] unknownType = key.clone();
    unknownType[1] = 9;
    assertThrows(MalformedDataException.class, () -> PeerId.ofPublicKey(unknownType));
    assertThrows(MalformedDataException.class, () -> PeerId.ofPublicKey(new byte[0]));
  }

  @Test
  void damagedBytesAreRefusedOrReadBackExactly() throws Exception {
    Random random = new Random(31);
    byte[] good = PeerId.parse("12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq").toBytes();
    for (int round = 0; round < 100_000; round++) {
      byte[] bytes = Arrays.copyOf(good, random.nextInt(good.length + 3));
      for (int flips = random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        assertArrayEquals(bytes, PeerId.fromBytes(bytes).toBytes());
      } catch (MalformedDataException refused) {
        assertFalse(refused.getMessage().isEmpty());
      }
    }
  }
}
