package io.shoal.runtime.unit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.InvalidInputException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnitsTest {

  @Test
  void sizesAreReadWithTheirUnits() throws Exception {
    assertEquals(4096, Units.requireSizeBytes("4096"));
    assertEquals(100_000_000, Units.requireSizeBytes("100MB"));
    assertEquals(1 << 20, Units.requireSizeBytes("1 MiB"));
    assertEquals(2_500_000, Units.requireSizeBytes("2.5mb"));
  }

  @Test
  void timesAreReadWithTheirUnits() throws Exception {
    assertEquals(Duration.ofMillis(250), Units.requireDuration("250ms"));
    assertEquals(Duration.ofSeconds(30), Units.requireDuration("30s"));
    assertEquals(Duration.ofMinutes(5), Units.requireDuration("5m"));
    assertEquals(Duration.ofMinutes(5), Units.requireDuration("5min"));
    assertEquals(Duration.ofMinutes(5), Units.requireDuration("5 MIN"));
  }

  @Test
  void aRateMayEndInASecond() throws Exception {
    assertEquals(25_000_000, Units.requireBytesPerSecond("25MB"));
    assertEquals(25_000_000, Units.requireBytesPerSecond("25 MB/s"));
    assertEquals(Long.MAX_VALUE, Units.requireBytesPerSecond("unlimited"));
    assertThrows(InvalidInputException.class, () -> Units.requireSizeBytes("25MB/s"));
  }

  @Test
  void whatIsWrittenExactlyIsReadBack() {
    assertEquals("256KiB", Units.exactSize(256 << 10));
    assertEquals("5kB", Units.exactSize(5_000));
    assertEquals("5min", Units.exactTime(Duration.ofMinutes(5)));
    assertEquals("1500ms", Units.exactTime(Duration.ofMillis(1_500)));
  }

  @Test
  void whatIsNeitherIsRefused() {
    for (String text : List.of("", "MB", "1 XB", "-1", "1e9", "9".repeat(15) + "TB")) {
      assertThrows(InvalidInputException.class, () -> Units.requireSizeBytes(text), text);
    }
    assertThrows(InvalidInputException.class, () -> Units.requireDuration("30"));
  }

  @Test
  void figuresAreWrittenShort() {
    assertEquals("999 B", Units.size(999));
    assertEquals("1.0 kB", Units.size(1000));
    assertEquals("1.0 MB", Units.size(999_999));
    assertEquals("100 MB", Units.size(100_000_000));
    assertEquals("?", Units.size(-1));
    assertEquals("0.4 s", Units.time(400));
    assertEquals("2 min 5 s", Units.time(125_000));
    assertEquals("3 h 2 min", Units.time(10_920_000));
    assertEquals("47 h 59 min", Units.time(48L * 3_600_000 - 1));
    assertEquals("29 d 23 h", Units.time(30L * 86_400_000 - 60_000));
  }
}
