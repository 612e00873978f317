package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The pairs are those of the multiformats specification, and its bounds.
class VarintTest {

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "127, 7f",
    "128, 8001",
    "255, ff01",
    "300, ac02",
    "16384, 808001",
    "9223372036854775807, ffffffffffffffff7f",
  })
  void numbersAreWrittenAndReadInOneWay(long value, String hex) throws Exception {
    byte[] bytes = HexFormat.of().parseHex(hex);
    ByteBuffer out = ByteBuffer.allocate(Varint.size(value));
    Varint.write(value, out);
    assertArrayEquals(bytes, out.array());

    ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex(hex + "55"));
    assertEquals(value, Varint.read(in));
    assertEquals(1, in.remaining(), "it stops behind the number");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "80", "ffff", "8000", "ff00", "80808080808080808001", "ffffffffffffffffff7f"})
  void whatIsCutOffTooLongOrNotMinimalIsRefused(String hex) {
    ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    assertThrows(MalformedDataException.class, () -> Varint.read(in));
  }

  @Test
  void negativeNumbersHaveNoForm() {
    ByteBuffer out = ByteBuffer.allocate(16);
    assertThrows(IllegalArgumentException.class, () -> Varint.size(-1));
    assertThrows(IllegalArgumentException.class, () -> Varint.write(Long.MIN_VALUE, out));
    assertEquals(0, out.position());
    assertThrows(
        BufferOverflowException.class, () -> Varint.write(1 << 20, ByteBuffer.allocate(2)));
  }
}
