package io.shoal.distribution.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.InvalidInputException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuantityTest {

  @Test
  void sizesAreReadWithTheirUnits() throws Exception {
    assertEquals(4096, Quantity.bytes("4096"));
    assertEquals(100_000_000, Quantity.bytes("100MB"));
    assertEquals(1 << 20, Quantity.bytes("1 MiB"));
    assertEquals(2_500_000, Quantity.bytes("2.5mb"));
  }

  @Test
  void timesAreReadWithTheirUnits() throws Exception {
    assertEquals(Duration.ofMillis(250), Quantity.time("250ms"));
    assertEquals(Duration.ofSeconds(30), Quantity.time("30s"));
    assertEquals(Duration.ofMinutes(5), Quantity.time("5m"));
  }

  @Test
  void whatIsNeitherIsRefused() {
    for (String text : List.of("", "MB", "1 XB", "-1", "1e9", "9".repeat(15) + "TB")) {
      assertThrows(InvalidInputException.class, () -> Quantity.bytes(text), text);
    }
    assertThrows(InvalidInputException.class, () -> Quantity.time("30"));
  }

  @Test
  void figuresAreWrittenShort() {
    assertEquals("999 B", Quantity.ofBytes(999));
    assertEquals("1.0 kB", Quantity.ofBytes(1000));
    assertEquals("1.0 MB", Quantity.ofBytes(999_999));
    assertEquals("100 MB", Quantity.ofBytes(100_000_000));
    assertEquals("?", Quantity.ofBytes(-1));
    assertEquals("0.4 s", Quantity.ofMillis(400));
    assertEquals("2 min 5 s", Quantity.ofMillis(125_000));
    assertEquals("3 h 2 min", Quantity.ofMillis(10_920_000));
  }
}
