package io.shoal.discovery.kademlia.bencode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.shoal.discovery.kademlia.testing.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class BencodeTest {

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @TestFactory
  Stream<DynamicTest> everyVectorIsTakenAndWrittenBackOrRefused() {
    return Vectors.cases("bencode/cases.json").stream()
        .map(
            c ->
                dynamicTest(
                    c.path("hex").asString() + " " + c.path("why").asString(""),
                    () -> {
                      byte[] in = Vectors.hex(c, "hex");
                      if (c.path("valid").asBoolean()) {
                        assertArrayEquals(in, BencodeDecoder.strict(in).encode());
                        assertEquals(BencodeDecoder.strict(in), BencodeDecoder.lenient(in));
                      } else {
                        assertThrows(
                            MalformedBencodeException.class, () -> BencodeDecoder.strict(in));
                      }
                    }));
  }

  @Test
  void theLenientDecoderTakesUnsortedKeysAndZeros() throws Exception {
    assertArrayEquals(
        ascii("d1:ai2e1:bi1ee"), BencodeDecoder.lenient(ascii("d1:bi01e1:ai2ee")).encode());
  }

  @Test
  void noDecoderTakesAKeyTwiceOrTrailingBytes() {
    for (String in : new String[] {"d1:ai1e1:ai2ee", "i1e ", "4:spamx"}) {
      assertThrows(MalformedBencodeException.class, () -> BencodeDecoder.lenient(ascii(in)));
    }
  }

  @Test
  void nestingIsBoundedForBothDecoders() throws Exception {
    String atLimit =
        "l".repeat(BencodeDecoder.MAX_DEPTH + 1) + "e".repeat(BencodeDecoder.MAX_DEPTH + 1);
    assertArrayEquals(ascii(atLimit), BencodeDecoder.strict(ascii(atLimit)).encode());
    assertThrows(
        MalformedBencodeException.class, () -> BencodeDecoder.lenient(ascii("l" + atLimit + "e")));
  }

  @Test
  void theDigitsOfAnIntegerAreBounded() {
    assertThrows(
        MalformedBencodeException.class,
        () ->
            BencodeDecoder.strict(
                ascii("i" + "9".repeat(BencodeDecoder.MAX_INTEGER_DIGITS + 1) + "e")));
  }
}
