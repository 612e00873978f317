package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
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

  private static SignedRecord record(byte first) {
    return new SignedRecord(
        new byte[] {first, 1}, "name", 7, new byte[] {'0', ':'}, new byte[] {3, 4});
  }

  @Test
  void itsArraysAreItsOwn() {
    byte[] key = {1, 1};
    byte[] value = {'0', ':'};
    byte[] signature = {3, 4};
    SignedRecord record = new SignedRecord(key, "name", 7, value, signature);
    for (byte[] given : List.of(key, value, signature)) {
      given[0] = 99;
    }
    for (byte[] got : List.of(record.publicKey(), record.value(), record.signature())) {
      got[0] = 99;
    }
    assertEquals(record((byte) 1), record);
  }

  @Test
  void recordsAreEqualByContent() {
    SignedRecord one = record((byte) 1);
    assertEquals(one, record((byte) 1));
    assertEquals(one.hashCode(), record((byte) 1).hashCode());
    assertNotEquals(one, record((byte) 2));
    byte[] other = {9};
    for (SignedRecord changed :
        List.of(
            new SignedRecord(one.publicKey(), "n", 7, one.value(), one.signature()),
            new SignedRecord(one.publicKey(), "name", 8, one.value(), one.signature()),
            new SignedRecord(one.publicKey(), "name", 7, other, one.signature()),
            new SignedRecord(one.publicKey(), "name", 7, one.value(), other))) {
      assertNotEquals(one, changed);
    }
    assertEquals("record 'name' 7 of 0101", one.toString());
  }
}
