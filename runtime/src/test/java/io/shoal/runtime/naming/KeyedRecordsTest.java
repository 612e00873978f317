package io.shoal.runtime.naming;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.runtime.access.SharedSecret;
import io.shoal.runtime.identity.HostKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyedRecordsTest {
  private static final HostKey KEY = HostKey.ofSeed(new byte[32]);
  private static final byte[] VALUE = bytes("d7:versioni1ee");
  private static final Cid ROOT = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

  private final RecordSeal seal = sealOf("a secret of the swarm");
  private final RecordSeal other = sealOf("a secret of another");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static RecordSeal sealOf(String secret) {
    return RecordSeal.of(Optional.of(SharedSecret.of(bytes(secret))));
  }

  private Optional<byte[]> read(RecordSeal by, SignedRecord held, String name) {
    return by.read(held, KEY.publicKey(), name).map(SignedRecord::value);
  }

  /// Computed with another program from what the documentation says.
  @Test
  void theFormIsTheOneThatIsDocumented() {
    byte[] key = new byte[32];
    for (byte i = 0; i < key.length; i++) {
      key[i] = i;
    }
    assertEquals("QxUFkNCdSp6cZK2AUMCYJeud2nFDhnSypEn9J3W5N_4", seal.salt(key, "né ws"));
    assertEquals(
        "34323a66b750cb765dd8986607e59e964ff1edf12baf16820b86c459fb5f15a199d8dbe8dd186d915f635ccc31",
        HexFormat.of().formatHex(seal.sealed(key, "né ws", 7, VALUE)));
    assertEquals("names-5dccda5ddbd47652", seal.folder());
  }

  @Test
  void onlyAMemberReadsWhatAMemberSigned() {
    SignedRecord record = seal.sign(KEY, "news", 7, VALUE);
    SignedRecord held = seal.held(record);
    assertTrue(
        RecordSignature.valid(held, KEY.publicKey(), held.name()), "those who hold it check");
    assertArrayEquals(VALUE, read(seal, held, "news").orElseThrow());
    assertTrue(seal.valid(record));
    for (RecordSeal outsider : new RecordSeal[] {other, new RecordSeal.None()}) {
      assertNotEquals(held.name(), outsider.salt(KEY.publicKey(), "news"));
      assertNotEquals(seal.folder(), outsider.folder());
      assertTrue(read(outsider, held, "news").isEmpty());
      assertTrue(
          outsider.opened(KEY.publicKey(), "news", 7, held.value()).isEmpty()
              || outsider instanceof RecordSeal.None);
      assertFalse(outsider.valid(record));
      assertFalse(
          Arrays.equals(seal.aboutKey(ROOT).publicKey(), outsider.aboutKey(ROOT).publicKey()));
    }
    String seen = new String(held.value(), StandardCharsets.ISO_8859_1) + held.name();
    assertFalse(seen.contains("news") || seen.contains("version"));
  }

  @Test
  void aRecordThatWasReadIsGivenOnUnchanged() {
    SignedRecord held = seal.held(seal.sign(KEY, "", 7, VALUE));
    SignedRecord read = seal.read(held, KEY.publicKey(), "").orElseThrow();
    assertTrue(RecordSignature.same(held, seal.held(read)));
    assertArrayEquals(held.signature(), seal.held(read).signature());
  }

  @Test
  void noTwoValuesShareANonceNotEvenOfOneSequenceNumber() {
    byte[] one = seal.sealed(KEY.publicKey(), "news", 7, VALUE);
    byte[] changed = seal.sealed(KEY.publicKey(), "news", 7, bytes("d7:versioni2ee"));
    byte[] later = seal.sealed(KEY.publicKey(), "news", 8, VALUE);
    byte[] elsewhere = seal.sealed(KEY.publicKey(), "olds", 7, VALUE);
    assertFalse(Arrays.equals(one, 3, 15, changed, 3, 15));
    assertFalse(Arrays.equals(one, 3, 15, later, 3, 15));
    assertFalse(Arrays.equals(one, 3, 15, elsewhere, 3, 15));
  }

  @Test
  void aSealedValueFitsItsNameKeyAndNumberOnly() {
    byte[] sealed = seal.sealed(KEY.publicKey(), "news", 7, VALUE);
    byte[] otherKey = HostKey.ofSeed(bytes("the key of somebody else, 32 byt")).publicKey();
    assertTrue(seal.opened(KEY.publicKey(), "news", 7, sealed).isPresent());
    assertTrue(seal.opened(KEY.publicKey(), "olds", 7, sealed).isEmpty());
    assertTrue(seal.opened(KEY.publicKey(), "news", 8, sealed).isEmpty());
    assertTrue(seal.opened(otherKey, "news", 7, sealed).isEmpty());
  }

  @Test
  void whatWasChangedInAnyByteOrCutAnywhereIsNotOpened() {
    byte[] sealed = seal.sealed(KEY.publicKey(), "news", 7, VALUE);
    for (int i = 0; i < sealed.length; i++) {
      byte[] flipped = sealed.clone();
      flipped[i] ^= 1;
      assertTrue(seal.opened(KEY.publicKey(), "news", 7, flipped).isEmpty(), "byte " + i);
      byte[] cut = Arrays.copyOf(sealed, i);
      assertTrue(seal.opened(KEY.publicKey(), "news", 7, cut).isEmpty(), "cut at " + i);
    }
  }

  @Test
  void theLargestValueFillsARecordAndOneByteMoreIsRefused() {
    byte[] largest = new byte[seal.maxValueBytes()];
    assertEquals(
        SignedRecords.MAX_VALUE_SIZE_BYTES,
        seal.held(seal.sign(KEY, "n", 1, largest)).value().length);
    assertTrue(seal.valid(seal.sign(KEY, "n", 1, largest)));
    assertFalse(seal.valid(seal.sign(KEY, "n", 1, new byte[largest.length + 1])));
  }
}
