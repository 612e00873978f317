package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SignedRecordTest {
  private static final byte[] VALUE = ascii("12:Hello World!");

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void theSignedBytesAreThoseOfTheExamplesOfBep44() {
    assertArrayEquals(ascii("3:seqi1e1:v12:Hello World!"), SignedRecord.signedBytes("", 1, VALUE));
    assertArrayEquals(
        ascii("4:salt6:foobar3:seqi1e1:v12:Hello World!"),
        SignedRecord.signedBytes("foobar", 1, VALUE));
  }
}
