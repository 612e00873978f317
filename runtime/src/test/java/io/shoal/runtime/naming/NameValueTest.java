package io.shoal.runtime.naming;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Multihash;
import io.shoal.api.SignedRecord;
import io.shoal.runtime.file.NameRules;
import io.shoal.runtime.file.Sha256;
import io.shoal.runtime.identity.HostKey;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NameValueTest {
  private static final long SEED = 45;
  private static final Cid ROOT =
      Cid.of(Cid.DAG_PB, Multihash.of(Multihash.SHA2_256, new byte[32]));
  private static final long NOW = 1_800_000_000;
  private static final HostKey KEY = HostKey.ofSeed(new byte[32]);

  private static NameValue.Target target(Optional<String> name, Optional<String> note) {
    return new NameValue.Target(ROOT, name, 7, Optional.of("file"), note, NOW, NOW + 60);
  }

  private static List<NameValue> all() {
    return List.of(
        target(Optional.of("ü.txt"), Optional.of("a\nnote")),
        new NameValue.Target(
            ROOT, Optional.empty(), -1, Optional.empty(), Optional.empty(), NOW, NOW),
        new NameValue.Successor(KEY.peerId(), NOW, NOW + 1),
        new NameValue.Withdrawn(NOW, NOW + 1),
        new NameValue.InChunk(
            Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32])), NOW, NOW + 1));
  }

  @Test
  void everyValueIsReadAsItWasWritten() throws Exception {
    for (NameValue value : all()) {
      assertEquals(value, NameValue.decode(value.encode()));
    }
  }

  @Test
  void theLargestNameFitsTogetherWithTheLargestRoot() {
    Cid large = Cid.of(Cid.DAG_PB, Multihash.of(Multihash.IDENTITY, new byte[128]));
    NameValue value =
        new NameValue.Target(
            large,
            Optional.of("n".repeat(NameRules.MAX_NAME_BYTES)),
            Long.MAX_VALUE,
            Optional.of("folder"),
            Optional.empty(),
            NOW,
            NOW + 60);
    assertTrue(NameValue.fits(value.encode()));
  }

  @Test
  void aThousandBytesFitAndOneMoreDoesNot() throws Exception {
    int rest = target(Optional.of("n"), Optional.of("x".repeat(100))).encode().length - 100;
    NameValue fits = target(Optional.of("n"), Optional.of("x".repeat(1000 - rest)));
    NameValue tooLong = target(Optional.of("n"), Optional.of("x".repeat(1001 - rest)));
    assertEquals(1000, fits.encode().length);
    assertEquals(fits, NameValue.decode(fits.encode()));
    assertEquals(1001, tooLong.encode().length);
    assertFalse(NameValue.fits(tooLong.encode()));
    assertThrows(MalformedDataException.class, () -> NameValue.decode(tooLong.encode()));
  }

  @Test
  void aChunkIsReadOnlyForTheRecordThatItBelongsTo() throws Exception {
    NameValue.Target target = target(Optional.of("n"), Optional.of("x".repeat(2000)));
    byte[] bytes = target.encode();
    Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, Sha256.of(bytes)));
    assertEquals(target, NameValue.decodeChunk(bytes, new NameValue.InChunk(cid, NOW, NOW + 60)));
    for (NameValue.InChunk other :
        List.of(
            new NameValue.InChunk(cid, NOW, NOW + 61),
            new NameValue.InChunk(cid, NOW - 1, NOW + 60))) {
      assertThrows(MalformedDataException.class, () -> NameValue.decodeChunk(bytes, other));
    }
    NameValue.InChunk again = new NameValue.InChunk(cid, NOW, NOW + 60);
    assertThrows(MalformedDataException.class, () -> NameValue.decodeChunk(again.encode(), again));
    assertThrows(
        MalformedDataException.class,
        () -> NameValue.decodeChunk(new byte[NameValue.MAX_CHUNK_VALUE_BYTES + 1], again));
  }

  @Test
  void valuesThatSayNothingPossibleAreRefused() {
    for (FlatBencode wrong :
        List.of(
            plain().put("version", 2),
            plain().put("expires", NOW - 1),
            plain().put("expires", Long.MAX_VALUE),
            plain().put("time", -1),
            plain().put("name", "../x"),
            plain().put("name", "n".repeat(256)),
            plain().put("name", new byte[] {(byte) 0xff}),
            plain().put("size", -1),
            plain().put("kind", "link"),
            plain().put("root", new byte[4]),
            plain().put("root", KEY.peerId().toCid().toBytes()),
            plain().put("other", 1),
            plain().put("withdrawn", 1),
            plain().put("chunk", ROOT.toBytes()),
            plain().put("successor", ROOT.toBytes()))) {
      assertThrows(
          MalformedDataException.class,
          () -> NameValue.decode(wrong.encode()),
          () -> new String(wrong.encode(), StandardCharsets.ISO_8859_1));
    }
  }

  private static FlatBencode plain() {
    return new FlatBencode()
        .put("version", 1)
        .put("time", NOW)
        .put("expires", NOW + 1)
        .put("root", ROOT.toBytes());
  }

  @Test
  void damagedValuesAreRefusedOrReadAsWhatTheySayExactly() {
    Random random = new Random(SEED);
    List<byte[]> corpus = all().stream().map(NameValue::encode).toList();
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = corpus.get(random.nextInt(corpus.size())).clone();
      for (int m = random.nextInt(3); m >= 0; m--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
      }
      try {
        assertArrayEquals(bytes, NameValue.decode(bytes).encode());
      } catch (MalformedDataException e) {
        // refused, which is all that may happen
      }
    }
  }

  @Test
  void theSignatureIsThatOfBep44() {
    // BEP 44, "test vectors": mutable with salt; its private key is an expanded one, so that it can
    // only be verified.
    byte[] key = hex("77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548");
    SignedRecord record =
        new SignedRecord(
            key,
            "foobar",
            1,
            "12:Hello World!".getBytes(StandardCharsets.US_ASCII),
            hex(
                "6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17d"
                    + "df9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08"));
    assertTrue(RecordSignature.valid(record, key, "foobar"));
    assertFalse(RecordSignature.valid(record, key, "foobaz"));
    assertFalse(RecordSignature.valid(record, KEY.publicKey(), "foobar"));
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void aMalleatedSignatureIsRefused() {
    SignedRecord record = RecordSignature.sign(KEY, "n", 5, new byte[] {'i', '1', 'e'});
    assertTrue(RecordSignature.valid(record, KEY.publicKey(), "n"));
    byte[] malleated = record.signature().clone();
    byte[] s = new byte[32];
    for (int i = 0; i < 32; i++) {
      s[i] = malleated[63 - i];
    }
    BigInteger order =
        BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    byte[] sum = new BigInteger(1, s).add(order).toByteArray();
    for (int i = 0; i < 32; i++) {
      malleated[32 + i] = i < sum.length ? sum[sum.length - 1 - i] : 0;
    }
    assertFalse(
        RecordSignature.valid(with(record, record.sequence(), malleated), KEY.publicKey(), "n"));
    assertFalse(RecordSignature.valid(with(record, 6, record.signature()), KEY.publicKey(), "n"));
    assertFalse(RecordSignature.valid(with(record, 5, new byte[64]), KEY.publicKey(), "n"));
    assertFalse(RecordSignature.valid(with(record, 5, new byte[63]), KEY.publicKey(), "n"));
  }

  private static SignedRecord with(SignedRecord record, long sequence, byte[] signature) {
    return new SignedRecord(record.publicKey(), record.name(), sequence, record.value(), signature);
  }
}
