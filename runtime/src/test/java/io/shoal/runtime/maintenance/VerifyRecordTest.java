package io.shoal.runtime.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyRecordTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant NEXT_YEAR = Instant.parse("2027-11-22T12:00:00Z");

  @TempDir Path folder;
  private final AtomicReference<Instant> clock = new AtomicReference<>(NOW);

  private VerifyRecord open() {
    return new VerifyRecord(folder, clock::get);
  }

  @Test
  void aCheckThatEndedByAWrongClockDoesNotPutTheNextOff() throws Exception {
    VerifyRecord record = open();
    clock.set(NEXT_YEAR);
    record.ended(3, 30, 0, 0);
    clock.set(NOW);

    assertEquals(NOW.toEpochMilli(), record.uncheckedSinceMillis());
    clock.set(NOW.plusSeconds(60));
    assertEquals(NOW.toEpochMilli(), record.uncheckedSinceMillis(), "the interval runs");
    assertEquals(3, record.last().chunks());
  }

  @Test
  void nothingOfAWrongClockOutlivesARestart() throws Exception {
    clock.set(NEXT_YEAR);
    VerifyRecord record = open();
    record.ended(3, 30, 0, 0);
    clock.set(NOW);

    assertEquals(NOW.toEpochMilli(), open().uncheckedSinceMillis());
  }
}
